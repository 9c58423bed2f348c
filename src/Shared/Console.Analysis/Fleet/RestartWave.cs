namespace FleetConsole.Analysis.Fleet;

/// <summary>What a wave of restarts did to the version.</summary>
public enum WaveKind
{
    /// <summary>Nothing: the hosts run what they ran.</summary>
    Restart,

    /// <summary>Hosts run a version that most of them never ran before.</summary>
    Deploy,

    /// <summary>Most of the hosts are back on a version they had run before.</summary>
    Rollback,
}

/// <summary>How much of the fleet a wave reached, and how.</summary>
public enum WaveShape
{
    /// <summary>Every host, without a long pause.</summary>
    Full,

    /// <summary>Every host, with a pause of more than <see cref="RestartWaves.StageSeconds"/> between stages.</summary>
    Staged,

    /// <summary>One host, or at most a fifth of them; the others still run the old version.</summary>
    Canary,

    /// <summary>More than a canary; other hosts still run the old version.</summary>
    Partial,

    /// <summary>Before every host had it, a host of it went back to what it ran before.</summary>
    Aborted,
}

/// <summary>One host's restart within a wave. Instants are Unix seconds.</summary>
/// <param name="Process">The new process.</param>
/// <param name="FromVersion">What the host ran before, as far as it was ever reported.</param>
/// <param name="StartedBefore">The replaced process's start; with the host it names that process.</param>
public sealed record WaveStep(ProcessIncarnation Process, string FromVersion, double StartedBefore)
{
    /// <summary>The host.</summary>
    public HostId Host => Process.Host;

    /// <summary>Unix seconds of the restart.</summary>
    public double At => Process.BeganAt;
}

/// <summary>Restarts that belong together.</summary>
/// <param name="Kind">What it did to the version.</param>
/// <param name="Shape">How much of the fleet it reached.</param>
/// <param name="FromVersions">What the hosts ran before, sorted, each once.</param>
/// <param name="ToVersion">What they run after.</param>
/// <param name="Steps">The restarts in the order in which they happened; at least one.</param>
/// <param name="Waiting">Hosts that were there and not restarted, sorted: the control group of a comparison.</param>
public sealed record RestartWave(
    WaveKind Kind,
    WaveShape Shape,
    IReadOnlyList<string> FromVersions,
    string ToVersion,
    IReadOnlyList<WaveStep> Steps,
    IReadOnlyList<HostId> Waiting)
{
    /// <summary>Unix seconds of the first restart.</summary>
    public double FirstRestartAt => Steps[0].At;

    /// <summary>Unix seconds of the last restart.</summary>
    public double LastRestartAt => Steps[^1].At;

    /// <summary>The hosts that took part, each once, in the order of their restarts.</summary>
    public IReadOnlyList<HostId> Hosts => [.. Steps.Select(step => step.Host).Distinct()];
}
