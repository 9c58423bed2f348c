using FleetConsole.Analysis.Latency;

namespace FleetConsole.Server.Sources;

/// <summary>Knows when hosts were locked up: what few calls they answered then say nothing of their version, nor of their age.</summary>
internal interface ILockupHistory
{
    /// <summary>Stretches that are not over before <paramref name="from"/>, by host; one that lasts ends at <paramref name="to"/>.</summary>
    Task<IReadOnlyDictionary<string, IReadOnlyList<TimeRange>>> ReadAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);
}
