using System.ComponentModel.DataAnnotations;

namespace FleetConsole.Server.Sources.GitRpc;

/// <summary>How Git RPC servers are asked, and how often. A probe costs the server a spawn: keep it rare.</summary>
internal sealed class GitRpcOptions
{
    public const string Section = "GitRpc";

    /// <summary>File with the shared secret of the v2 token; empty: the servers ask for none.</summary>
    [Required(AllowEmptyStrings = true)]
    public string SecretFile { get; set; } = "";

    [Range(1, 3600)]
    public int HealthSeconds { get; set; } = 10;

    /// <summary>Between two rounds of ServerInfo and RefExists; both fork git on the server.</summary>
    [Range(5, 86400)]
    public int ProbeSeconds { get; set; } = 60;

    [Range(1, 60)]
    public int DeadlineSeconds { get; set; } = 5;

    /// <summary>The repository that RefExists asks about; without one it is not asked.</summary>
    [Required(AllowEmptyStrings = true)]
    public string ProbeStorage { get; set; } = "";

    [Required(AllowEmptyStrings = true)]
    public string ProbeRepository { get; set; } = "";

    [Required, RegularExpression("refs/.+", ErrorMessage = "GitRpc:ProbeRef must begin with refs/.")]
    public string ProbeRef { get; set; } = "refs/heads/main";
}
