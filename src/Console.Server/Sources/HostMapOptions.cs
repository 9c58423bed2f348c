using System.ComponentModel.DataAnnotations;

namespace FleetConsole.Server.Sources;

/// <summary>
/// How a host that Prometheus shows is found elsewhere. In a template <c>{host}</c> stands for the host label's value
/// and <c>{name}</c> for that value without a port.
/// </summary>
internal sealed class HostMapOptions
{
    public const string Section = "Hosts";

    /// <summary>Template of the Git RPC address, e.g. <c>http://{name}:8075</c>; empty: hosts have none but their own.</summary>
    [Required(AllowEmptyStrings = true)]
    public string GitRpcAddress { get; set; } = "http://{name}:8075";

    /// <summary>Template of the agent's address, e.g. <c>https://{name}:9400</c>.</summary>
    [Required(AllowEmptyStrings = true)]
    public string AgentAddress { get; set; } = "https://{name}:9400";

    /// <summary>The agent's name for the server's unit.</summary>
    [Required]
    public string Unit { get; set; } = "gitaly";

    /// <summary>What a single host has differently, by its name without a port.</summary>
    public Dictionary<string, HostOverride> Overrides { get; set; } = new(StringComparer.Ordinal);
}

internal sealed class HostOverride
{
    public string? GitRpcAddress { get; set; }

    public string? AgentAddress { get; set; }

    public string? Unit { get; set; }
}
