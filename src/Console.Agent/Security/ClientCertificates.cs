using System.Security.Cryptography.X509Certificates;

namespace FleetConsole.Agent.Security;

/// <summary>Who may open a connection at all: a client certificate issued under the configured authority, and no other root.</summary>
internal sealed class ClientCertificates(X509Certificate2Collection roots)
{
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    public bool Accept(X509Certificate2 certificate, X509Chain? offered)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        if (offered is not null)
            chain.ChainPolicy.ExtraStore.AddRange(offered.ChainPolicy.ExtraStore);
        return IsForClients(certificate) && chain.Build(certificate);
    }

    // A certificate without the extension would pass an application policy: it is good for anything.
    private static bool IsForClients(X509Certificate2 certificate) => certificate.Extensions
        .OfType<X509EnhancedKeyUsageExtension>()
        .Any(e => e.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>().Any(o => o.Value == ClientAuth));
}
