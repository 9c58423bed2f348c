using FleetConsole.Analysis.Fleet;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Features.Deploys;

/// <summary>
/// Keeps the fleet's processes in the database: at the first start all of the look-back, then what is new. A time in
/// which Prometheus could not be asked is asked for when it answers again, since the ledger goes on where it ended.
/// </summary>
internal sealed class ProcessLedger(
    IncarnationReader reader, IDbContextFactory<ConsoleDb> databases, IOptions<WatchOptions> watch, IOptions<PrometheusOptions> prometheus, TimeProvider time)
{
    // One answer for a whole fleet stays small; five days of a demo are some tens of answers.
    private const int StepsPerLook = 1000;

    // As processes are scraped; what is a day old needs no more to be told apart.
    private static readonly TimeSpan UsualStep = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan FinestStep = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Recent = TimeSpan.FromHours(2);

    // A graceful upgrade that a look cut in two is seen whole by the next one, and late scrapes are not missed.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(3);

    /// <summary>Brings the ledger up to date. True when a process was added, or more is known of one than that it still runs.</summary>
    /// <exception cref="PrometheusException">Prometheus did not answer; what was read before it fell silent is kept.</exception>
    public async Task<bool> FollowAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var fine = TimeSpan.FromSeconds(Math.Clamp(prometheus.Value.PollSeconds, FinestStep.TotalSeconds, UsualStep.TotalSeconds));
        var changed = false;
        for (var from = await BeginAsync(now, cancellationToken); from < now;)
        {
            var step = from < now - Recent ? UsualStep : fine;
            var to = from + (StepsPerLook * step) < now ? from + (StepsPerLook * step) : now;
            var seen = await reader.ReadAsync([], from - Overlap, from - Overlap, step, step, to, cancellationToken);
            changed |= await KeepAsync(seen, cancellationToken);
            from = to;
        }

        return changed;
    }

    /// <summary>The processes seen at or after a moment, with all that were on the same hosts then.</summary>
    public async Task<IReadOnlyList<ProcessIncarnation>> SinceAsync(double unixSeconds, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Incarnations.AsNoTracking().Where(p => p.LastSeenAt >= unixSeconds).ToListAsync(cancellationToken);
        return [.. rows.Select(row => row.ToProcess())];
    }

    private async Task<DateTimeOffset> BeginAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var last = await db.Incarnations.MaxAsync(p => (double?)p.LastSeenAt, cancellationToken);
        var earliest = now - TimeSpan.FromDays(watch.Value.LookBackDays);
        var known = last is { } at ? DateTimeOffset.FromUnixTimeMilliseconds((long)(at * 1000)) : earliest;
        return known > earliest ? known : earliest;
    }

    private async Task<bool> KeepAsync(IReadOnlyDictionary<string, IReadOnlyList<ProcessIncarnation>> seen, CancellationToken cancellationToken)
    {
        if (seen.Count == 0)
            return false;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);

        // A process that was not seen for days and is still there has its row from before.
        var all = seen.Values.SelectMany(p => p).ToList();
        var earliest = Math.Min(all.Min(p => p.FirstSeenAt) - Overlap.TotalSeconds, all.Min(p => p.StartedAt) - Incarnations.StartJitterSeconds);
        var known = (await db.Incarnations.Where(p => p.LastSeenAt >= earliest || p.StartedAt >= earliest).ToListAsync(cancellationToken))
            .ToLookup(p => p.Host, StringComparer.Ordinal);
        var changed = false;
        foreach (var (host, processes) in seen)
        {
            var rows = known[host].ToList();
            foreach (var process in Incarnations.Merge([.. rows.Select(row => row.ToProcess())], processes))
            {
                if (rows.Find(row => Incarnations.Same(row.ToProcess(), process)) is { } row)
                {
                    changed |= row.Take(process);
                    continue;
                }

                db.Incarnations.Add(IncarnationRow.Of(process));
                changed = true;
            }
        }

        await db.SaveChangesAsync(cancellationToken);
        return changed;
    }
}
