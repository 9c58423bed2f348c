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
    Reload = 8,

    /// <summary>Dumps that leave the process alive.</summary>
    Dump = 16,

    /// <summary>The dump that ends it.</summary>
    Abort = 32,
    Journal = 64,

    /// <summary>What is given under an id and stands in the journal.</summary>
    Commands = Restart | Profile | Reload | Dump | Abort,
}

/// <summary>What a reload does to the unit's process.</summary>
internal enum ReloadKind
{
    /// <summary>The unit cannot reload.</summary>
    None,

    /// <summary>The process stays and reads its settings again.</summary>
    InPlace,

    /// <summary>A new process takes over the ports, the old one drains.</summary>
    Handover,
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

/// <param name="Units">The units that the actions are for; null: all of them.</param>
internal sealed record ClientSettings(string San, UnitActions Actions, IReadOnlyList<string>? Units);

/// <param name="Service">systemd's name of the unit; null when this agent runs the command itself.</param>
/// <param name="Command">Empty under systemd.</param>
/// <param name="LogPath">Null when the output goes to systemd's journal.</param>
/// <param name="PidFile">Where the unit's own server writes the pid of its main process; needed for a handover without systemd.</param>
/// <param name="CgroupId">The id label of the unit's exported figures.</param>
/// <param name="CgroupPath">The unit's own cgroup, from the hierarchy's root; null when it has none.</param>
/// <param name="AbortTimeout">How long a process may take to write its goroutines and to end after SIGABRT.</param>
internal sealed record UnitSettings(
    string Name,
    string? Service,
    IReadOnlyList<string> Command,
    string WorkingDirectory,
    string? LogPath,
    string? PidFile,
    ReloadKind Reload,
    Uri? PprofUrl,
    string CgroupId,
    string? CgroupPath,
    UnitActions Actions,
    TimeSpan StopTimeout,
    TimeSpan RestartDelay,
    TimeSpan AbortTimeout);
