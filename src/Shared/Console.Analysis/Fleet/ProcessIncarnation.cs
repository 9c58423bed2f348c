namespace FleetConsole.Analysis.Fleet;

/// <summary>
/// One life of a server process: host, start and version. Instants are Unix seconds (UTC), as Prometheus has them.
/// </summary>
/// <param name="Host">The host it runs on.</param>
/// <param name="StartedAt">Unix seconds of the process's start, as the process itself reports it.</param>
/// <param name="FirstSeenAt">Unix seconds of the first sample that showed it.</param>
/// <param name="LastSeenAt">Unix seconds of the last sample that showed it.</param>
/// <param name="AloneSince">
/// Unix seconds from which every sample of the host came from this process. Later than <paramref name="StartedAt"/>
/// when a graceful upgrade had two processes answer behind one port.
/// </param>
/// <param name="Version">The version it reported; <see cref="UnknownVersion"/> when it reported none.</param>
public sealed record ProcessIncarnation(
    HostId Host,
    double StartedAt,
    double FirstSeenAt,
    double LastSeenAt,
    double AloneSince,
    string Version)
{
    /// <summary>
    /// Unix seconds of the process's start by Prometheus's clock: age 0. It is <see cref="StartedAt"/> unless the host's
    /// clock is off: nobody is seen before they began, nor begins long before the process they replaced was last seen.
    /// </summary>
    public double BeganAt { get; init; } = StartedAt;

    /// <summary>Stands where a process reported no version.</summary>
    public const string UnknownVersion = "unknown";
}
