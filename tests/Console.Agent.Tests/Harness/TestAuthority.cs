using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FleetConsole.Agent.Tests.Harness;

/// <summary>A certificate authority that lives for one test.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 root;
    private readonly List<X509Certificate2> issued = [];

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        root = request.CreateSelfSigned(From, Until);
    }

    private static DateTimeOffset From => TimeProvider.System.GetUtcNow().AddHours(-1);

    private static DateTimeOffset Until => TimeProvider.System.GetUtcNow().AddHours(12);

    public string RootPem => root.ExportCertificatePem();

    /// <summary>The root alone, for a client to trust.</summary>
    public X509Certificate2 Root => root;

    public X509Certificate2 IssueServer() => Issue("agent", "localhost", ServerAuth);

    public X509Certificate2 IssueClient(string san) => Issue(san, san, ClientAuth);

    /// <summary>A certificate that was good until a minute ago.</summary>
    public X509Certificate2 IssueExpiredClient(string san) => Issue(san, san, ClientAuth, TimeProvider.System.GetUtcNow().AddMinutes(-1));

    /// <summary>A certificate with no, or with another, extended key usage.</summary>
    public X509Certificate2 IssueClientFor(string san, string? usage) => Issue(san, san, usage);

    public void Dispose()
    {
        root.Dispose();
        issued.ForEach(c => c.Dispose());
    }

    private X509Certificate2 Issue(string name, string san, string? usage, DateTimeOffset? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(san);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        if (usage is not null)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        using var bare = request.Create(root, From, until ?? Until.AddMinutes(-1), RandomNumberGenerator.GetBytes(8));
        var certificate = bare.CopyWithPrivateKey(key);
        issued.Add(certificate);
        return certificate;
    }
}
