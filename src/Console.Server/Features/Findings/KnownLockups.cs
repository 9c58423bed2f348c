using FleetConsole.Analysis.Latency;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Findings;

/// <summary>When each host was locked up, by the findings.</summary>
internal sealed class KnownLockups(IDbContextFactory<ConsoleDb> databases) : ILockupHistory
{
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<TimeRange>>> ReadAsync(
        DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Findings.AsNoTracking().Where(f => f.Kind == FindingKind.Lockup && f.LastSeenAt >= from)
            .Select(f => new { f.Id, f.Scope }).ToListAsync(cancellationToken);
        var ids = rows.Select(r => r.Id).ToList();
        var events = await db.FindingEvents.AsNoTracking().Where(e => ids.Contains(e.FindingId)).OrderBy(e => e.Id).ToListAsync(cancellationToken);
        return rows.GroupBy(r => r.Scope, StringComparer.Ordinal).ToDictionary(
            host => host.Key,
            host => (IReadOnlyList<TimeRange>)[.. host.SelectMany(row => Stretches(events.Where(e => e.FindingId == row.Id), Unix(to))).Where(s => s.To > Unix(from))],
            StringComparer.Ordinal);
    }

    /// <summary>From each opening to its end, in the order of one finding's events.</summary>
    /// <param name="events">Of one finding, oldest first.</param>
    /// <param name="to">Unix seconds at which one that lasts is cut.</param>
    public static IEnumerable<TimeRange> Stretches(IEnumerable<FindingEventRow> events, double to)
    {
        DateTimeOffset? since = null;
        foreach (var step in events)
        {
            if (step.Step is FindingStep.Opened or FindingStep.Reopened)
            {
                since ??= step.At;
            }
            else if (step.Step == FindingStep.Resolved && since is { } begin)
            {
                yield return new(Unix(begin), Unix(step.At));
                since = null;
            }
        }

        if (since is { } lasting)
            yield return new(Unix(lasting), to);
    }

    private static double Unix(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / 1000.0;
}
