using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace FleetConsole.Agent.Configuration;

/// <summary>What a client may ask of a unit. Both the client and the unit have to list it.</summary>
[Flags]
internal enum UnitActions
{
    None = 0,
    Status = 1,
    Restart = 2,
    Profile = 4,
}

/// <summary>The checked configuration: paths are absolute, addresses parsed, certificates loaded.</summary>
internal sealed record AgentSettings(
    IPEndPoint Listen,
    IPEndPoint? MetricsListen,
    TlsFiles Tls,
    string JournalPath,
    IReadOnlyList<ClientSettings> Clients,
    IReadOnlyDictionary<string, UnitSettings> Units);

/// <summary>The agent's own certificate with the chain it sends, and the roots that client certificates must end in.</summary>
internal sealed record TlsFiles(X509Certificate2 Certificate, X509Certificate2Collection Chain, X509Certificate2Collection ClientRoots);

internal sealed record ClientSettings(string San, UnitActions Actions);

/// <param name="CgroupId">The id label of the unit's exported figures.</param>
/// <param name="CgroupPath">The unit's own cgroup, from the hierarchy's root; null when it has none.</param>
internal sealed record UnitSettings(
    string Name,
    IReadOnlyList<string> Command,
    string WorkingDirectory,
    string LogPath,
    Uri? PprofUrl,
    string CgroupId,
    string? CgroupPath,
    UnitActions Actions,
    TimeSpan StopTimeout,
    TimeSpan RestartDelay);
