using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FleetConsole.DemoFleet;

/// <summary>A certificate authority of the demo's own, and the certificates of the agents and of those who may ask them.</summary>
internal static class DemoCertificates
{
    public const string Console = "console";
    public const string Deploy = "demo-deploy";
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    public static string Authority(DemoPlan plan) => plan.In("certificates", "ca.crt");

    public static string Certificate(DemoPlan plan, string name) => plan.In("certificates", $"{name}.crt");

    public static string Key(DemoPlan plan, string name) => plan.In("certificates", $"{name}.key");

    /// <summary>Makes all of them anew; the authority's own key is never written.</summary>
    public static void Make(DemoPlan plan, DateTimeOffset now)
    {
        Directory.CreateDirectory(plan.In("certificates"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=FleetConsole demo CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        File.WriteAllText(Authority(plan), authority.ExportCertificatePem());
        foreach (var host in plan.Hosts)
            Issue(plan, authority, host.Name, ServerAuth, now);
        Issue(plan, authority, Console, ClientAuth, now);
        Issue(plan, authority, Deploy, ClientAuth, now);
    }

    private static void Issue(DemoPlan plan, X509Certificate2 authority, string name, string usage, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (usage == ServerAuth)
            names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], true));
        using var issued = request.Create(authority, now.AddHours(-1), now.AddDays(29), RandomNumberGenerator.GetBytes(16));
        File.WriteAllText(Certificate(plan, name), issued.ExportCertificatePem());
        Private.Write(Key(plan, name), key.ExportPkcs8PrivateKeyPem());
    }
}

/// <summary>Files that only their owner reads.</summary>
internal static class Private
{
    public static void Write(string path, string text)
    {
        File.Delete(path);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var writer = new StreamWriter(file);
        writer.Write(text);
    }
}
