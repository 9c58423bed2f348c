using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FleetConsole.Agent.Configuration;

internal static class TlsFilesReader
{
    public static TlsFiles? Read(string? certificate, string? key, string? clientCa, Action<string, string> report)
    {
        var own = certificate is null || key is null ? null : Own(certificate, key, report);
        var chain = certificate is null || own is null ? null : Bundle(certificate, "Certificate", report);
        var roots = clientCa is null ? null : Bundle(clientCa, "ClientCa", report);
        return own is null || chain is null || roots is null ? null : new TlsFiles(own, chain, roots);
    }

    private static X509Certificate2? Own(string certificate, string key, Action<string, string> report)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            report("Certificate", $"{certificate} and the Key {key} are not a PEM certificate and its PEM key: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            report("Certificate", e.Message);
        }

        return null;
    }

    private static X509Certificate2Collection? Bundle(string path, string key, Action<string, string> report)
    {
        try
        {
            var bundle = new X509Certificate2Collection();
            bundle.ImportFromPemFile(path);
            if (bundle.Count > 0)
                return bundle;
            report(key, $"{path} holds no PEM certificate.");
        }
        catch (CryptographicException e)
        {
            report(key, $"{path} is not PEM: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            report(key, e.Message);
        }

        return null;
    }
}
