using FleetConsole.Analysis.Fleet;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Features.Deploys;

/// <summary>Keeps the waves of restarts in the database, and ties to each what the deploy tool told of it.</summary>
internal sealed class WaveLedger(ProcessLedger processes, IDbContextFactory<ConsoleDb> databases, IOptions<WatchOptions> watch, TimeProvider time)
{
    /// <summary>
    /// Finds the waves of the look-back anew, since a host that follows later or a time that was filled in changes
    /// them. A wave that is known keeps its number: it is known by a restart that it shares. True when anything changed.
    /// </summary>
    public async Task<bool> FollowAsync(CancellationToken cancellationToken)
    {
        // What began before the look-back is seen in part only; a rollout may have paused before it.
        var lookBack = TimeSpan.FromDays(watch.Value.LookBackDays).TotalSeconds;
        var horizon = time.GetUtcNow().ToUnixTimeSeconds() - lookBack;
        var whole = horizon + Math.Min(RestartWaves.RolloutPauseSeconds, lookBack / 2);
        var waves = RestartWaves.Find(await processes.SinceAsync(horizon, cancellationToken));

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Deploys.Where(d => d.LastRestartAt >= horizon).ToListAsync(cancellationToken);
        var left = rows.Where(row => row.FirstRestartAt >= whole).ToHashSet();
        foreach (var wave in waves)
        {
            var row = rows.Where(row => Shared(row, wave) > 0).MaxBy(row => Shared(row, wave));
            if (row is null)
                db.Deploys.Add(Of(wave));
            else if (left.Remove(row))
                Take(row, wave);
        }

        db.Deploys.RemoveRange(left);
        var changed = db.ChangeTracker.HasChanges();
        await db.SaveChangesAsync(cancellationToken);
        return await AnnounceAsync(db, horizon, cancellationToken) || changed;
    }

    private static async Task<bool> AnnounceAsync(ConsoleDb db, double horizon, CancellationToken cancellationToken)
    {
        var since = DateTimeOffset.FromUnixTimeSeconds((long)(horizon - RestartWaves.RolloutPauseSeconds));
        var told = await db.AnnouncedDeploys.AsNoTracking().Where(a => a.At >= since).ToListAsync(cancellationToken);
        var announcements = told.Select(a => new Announcement(a.Id, a.Version, a.At.ToUnixTimeMilliseconds() / 1000.0)).ToList();
        foreach (var row in await db.Deploys.Where(d => d.LastRestartAt >= horizon && d.Kind != WaveKind.Restart).ToListAsync(cancellationToken))
            row.AnnouncedId = Announcement.For(announcements, row.ToVersion, row.FirstRestartAt, row.LastRestartAt)?.Id;
        var changed = db.ChangeTracker.HasChanges();
        await db.SaveChangesAsync(cancellationToken);
        return changed;
    }

    private static int Shared(DeployRow row, RestartWave wave) => wave.Steps.Count(step => row.Steps.Exists(known =>
        known.Host == step.Host.Name && Math.Abs(known.StartedAt - step.Process.StartedAt) <= Incarnations.StartJitterSeconds));

    private static DeployRow Of(RestartWave wave) => new()
    {
        Kind = wave.Kind,
        Shape = wave.Shape,
        ToVersion = wave.ToVersion,
        FromVersions = [.. wave.FromVersions],
        FirstRestartAt = wave.FirstRestartAt,
        LastRestartAt = wave.LastRestartAt,
        Steps = StepsOf(wave),
        Waiting = [.. wave.Waiting.Select(host => host.Name)],
    };

    // Only what differs is written: every row would else be new in every round.
    private static void Take(DeployRow row, RestartWave wave)
    {
        (row.Kind, row.Shape, row.ToVersion) = (wave.Kind, wave.Shape, wave.ToVersion);
        (row.FirstRestartAt, row.LastRestartAt) = (wave.FirstRestartAt, wave.LastRestartAt);
        if (!row.FromVersions.SequenceEqual(wave.FromVersions))
            row.FromVersions = [.. wave.FromVersions];
        if (!row.Waiting.SequenceEqual(wave.Waiting.Select(host => host.Name)))
            row.Waiting = [.. wave.Waiting.Select(host => host.Name)];
        var steps = StepsOf(wave);
        if (!row.Steps.Select(Key).SequenceEqual(steps.Select(Key)))
            row.Steps = steps;
    }

    private static (string, double, double, double, string) Key(DeployStep step) => (step.Host, step.At, step.StartedAt, step.StartedBefore, step.FromVersion);

    private static List<DeployStep> StepsOf(RestartWave wave) =>
    [
        .. wave.Steps.Select(step => new DeployStep
        {
            Host = step.Host.Name,
            At = step.At,
            StartedAt = step.Process.StartedAt,
            StartedBefore = step.StartedBefore,
            FromVersion = step.FromVersion,
        }),
    ];
}
