using FleetConsole.Analysis.Fleet;

namespace FleetConsole.Server.Storage;

/// <summary>One life of one host's server, kept when Prometheus has long forgotten it. Instants are Unix seconds, as Prometheus has them.</summary>
internal sealed class IncarnationRow
{
    public long Id { get; init; }

    public required string Host { get; init; }

    /// <summary>As the process reported it; with the host it names the process.</summary>
    public required double StartedAt { get; init; }

    public required double FirstSeenAt { get; set; }

    public required double LastSeenAt { get; set; }

    public required double AloneSince { get; set; }

    public required double BeganAt { get; set; }

    public required string Version { get; set; }

    public static IncarnationRow Of(ProcessIncarnation process) => new()
    {
        Host = process.Host.Name,
        StartedAt = process.StartedAt,
        FirstSeenAt = process.FirstSeenAt,
        LastSeenAt = process.LastSeenAt,
        AloneSince = process.AloneSince,
        BeganAt = process.BeganAt,
        Version = process.Version,
    };

    public ProcessIncarnation ToProcess() => new(new HostId(Host), StartedAt, FirstSeenAt, LastSeenAt, AloneSince, Version) { BeganAt = BeganAt };

    /// <summary>Takes over what is known now. True when that is more than when it was last seen.</summary>
    public bool Take(ProcessIncarnation process)
    {
        var same = ToProcess() with { LastSeenAt = process.LastSeenAt } == process with { StartedAt = StartedAt };
        (FirstSeenAt, LastSeenAt, AloneSince, BeganAt, Version) =
            (process.FirstSeenAt, process.LastSeenAt, process.AloneSince, process.BeganAt, process.Version);
        return !same;
    }
}
