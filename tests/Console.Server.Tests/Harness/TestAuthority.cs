using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FleetConsole.Server.Tests.Harness;

/// <summary>A certificate authority that lives for one test class.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";
    private readonly TempFolder _folder = new();

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Root = request.CreateSelfSigned(From, Until);
        RootFile = _folder.Write("ca.pem", Root.ExportCertificatePem());
        using var console = Issue("console", ClientAuth);
        ConsoleCertificateFile = _folder.Write("console.crt", console.ExportCertificatePem());
        ConsoleKeyFile = _folder.Write("console.key", console.GetECDsaPrivateKey()?.ExportPkcs8PrivateKeyPem() ?? "");
    }

    public X509Certificate2 Root { get; }

    public string RootFile { get; }

    public string ConsoleCertificateFile { get; }

    public string ConsoleKeyFile { get; }

    private static DateTimeOffset From => TimeProvider.System.GetUtcNow().AddHours(-1);

    private static DateTimeOffset Until => TimeProvider.System.GetUtcNow().AddHours(12);

    public X509Certificate2 IssueServer() => Issue("localhost", ServerAuth);

    /// <summary>Accepts servers of this authority and no others.</summary>
    public SslClientAuthenticationOptions Trusting() => new()
    {
        CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { Root }, RevocationMode = X509RevocationMode.NoCheck },
    };

    public void Dispose()
    {
        Root.Dispose();
        _folder.Dispose();
    }

    private X509Certificate2 Issue(string name, string usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        using var bare = request.Create(Root, From, Until.AddMinutes(-1), RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(key);
    }
}
