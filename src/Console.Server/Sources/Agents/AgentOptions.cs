using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FleetConsole.Server.Sources.Agents;

/// <summary>How the console proves itself to the agents, and what it takes for one. PEM files.</summary>
internal sealed class AgentOptions : IValidatableObject
{
    public const string Section = "Agents";

    /// <summary>The console's client certificate; empty: no agent is asked and no command can be given.</summary>
    [Required(AllowEmptyStrings = true)]
    public string CertificateFile { get; set; } = "";

    [Required(AllowEmptyStrings = true)]
    public string KeyFile { get; set; } = "";

    /// <summary>The only authority whose agents are believed; the system's own are not.</summary>
    [Required(AllowEmptyStrings = true)]
    public string AuthorityFile { get; set; } = "";

    [Range(1, 3600)]
    public int PollSeconds { get; set; } = 15;

    [Range(1, 60)]
    public int DeadlineSeconds { get; set; } = 5;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (CertificateFile.Length == 0)
            yield break;
        foreach (var (key, file) in new[] { ("CertificateFile", CertificateFile), ("KeyFile", KeyFile), ("AuthorityFile", AuthorityFile) })
        {
            if (!File.Exists(file))
                yield return new($"Agents:{key}: there is no file \"{file}\". Agents:CertificateFile, KeyFile and AuthorityFile go together.");
        }

        if (File.Exists(CertificateFile) && File.Exists(KeyFile) && File.Exists(AuthorityFile) && WhyNot() is { } problem)
            yield return new($"Agents:CertificateFile, KeyFile, AuthorityFile: they cannot be read as PEM: {problem}");
    }

    private string? WhyNot()
    {
        try
        {
            using var own = X509Certificate2.CreateFromPemFile(CertificateFile, KeyFile);
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(AuthorityFile);
            return authorities.Count == 0 ? $"{AuthorityFile} holds no certificate." : null;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
