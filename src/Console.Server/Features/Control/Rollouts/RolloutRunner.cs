using System.Data.Common;
using System.Threading.Channels;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Features.Control.Rules;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Control.Rollouts;

/// <summary>
/// Carries rolling restarts out, one batch after the other. What is running when the console starts goes on where its
/// row says it was; each host's restart has the same key as before, so none is done twice.
/// </summary>
internal sealed partial class RolloutRunner(
    IDbContextFactory<ConsoleDb> databases, IServiceProvider services, AuditTrail audit, ChangeBroadcast changes, TimeProvider time, ILogger<RolloutRunner> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private readonly Channel<string> _given = Channel.CreateUnbounded<string>();

    /// <summary>Takes up a rolling restart whose row is written.</summary>
    public void Start(string rolloutId) => _given.Writer.TryWrite(rolloutId);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await PatientlyAsync("all", TakeUpAsync, stoppingToken);
        await services.GetRequiredService<SituationReader>().SettleAsync(stoppingToken);

        // One at a time is all there can be; what is given meanwhile is a decision about that one.
        await foreach (var id in _given.Reader.ReadAllAsync(stoppingToken))
            await RunToAStopAsync(id, stoppingToken);
    }

    private async Task TakeUpAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var id in await db.Rollouts.AsNoTracking().Where(r => r.Phase == RolloutPhase.Running).Select(r => r.Id).ToListAsync(cancellationToken))
            Start(id);
    }

    // Whatever goes wrong with one rolling restart stops that one. Left to itself it would end the console, and again at each start.
    private async Task RunToAStopAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await PatientlyAsync(id, cancel => RunAsync(id, cancel), cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Unexpected(logger, e, id);
            await TryStopAsync(id, $"It met an unexpected error: {e.Message} Look at its hosts; Resume goes on where it stopped.", cancellationToken);
        }
    }

    private async Task TryStopAsync(string id, string why, CancellationToken cancellationToken)
    {
        try
        {
            await PatientlyAsync(id, cancel => StopAsync(id, why, cancel), cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Not even its row can be read. Nothing of it is done any more, and the rest of the console goes on.
            Unexpected(logger, e, id);
        }
    }

    private async Task PatientlyAsync(string id, Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Pace, time);
        do
        {
            try
            {
                await action(cancellationToken);
                return;
            }
            catch (Exception e) when (e is DbUpdateException or DbException or IOException)
            {
                // The database may be locked or its disk full for a while; the row still says where it was.
                Waits(logger, e, id);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task RunAsync(string id, CancellationToken cancellationToken)
    {
        var batches = services.GetRequiredService<BatchRun>();
        while (await ReadAsync(id, cancellationToken) is { Phase: RolloutPhase.Running } rollout)
        {
            if (rollout.Batch >= rollout.Batches)
            {
                await StepAsync(id, row => End(row, RolloutPhase.Succeeded, $"All {row.Hosts.Count} hosts were restarted."), cancellationToken);
                return;
            }

            // A pause may be a day long, and a question waits for a person.
            if (rollout is { Batch: > 0, BatchRestartedAt: null } && batches.FallenIll(rollout) is { } ill)
            {
                await StopAsync(id, $"{ill} Resume goes on when it is healthy again.", cancellationToken);
                return;
            }

            await StepAsync(id, row => row.Message = $"Batch {row.Batch + 1} of {row.Batches}: {string.Join(", ", row.HostsOf(row.Batch))}.", cancellationToken);
            if (await batches.RestartAsync(rollout, () => GoesOnAsync(id, cancellationToken), cancellationToken) is { } failed)
                await StopAsync(id, failed, cancellationToken);
            else if (await GoesOnAsync(id, cancellationToken))
                await LookAsync(id, batches, cancellationToken);
        }
    }

    private async Task LookAsync(string id, BatchRun batches, CancellationToken cancellationToken)
    {
        await StepAsync(id, row => row.BatchRestartedAt ??= time.GetUtcNow(), cancellationToken);
        var rollout = await ReadAsync(id, cancellationToken);
        if (await batches.HealthyAsync(rollout, cancellationToken) is { } ill)
        {
            await StopAsync(id, ill, cancellationToken);
            return;
        }

        if (!await PauseAsync(rollout, cancellationToken))
            return;
        var word = await batches.JudgeAsync(rollout, cancellationToken);
        var finding = word.Worse.Length > 0 ? word.Worse
            : word.WhyNot.Length > 0 ? $"not compared at equal age: {word.WhyNot}"
            : word.Enough ? "no worse than before at equal age"
            : "too young to compare at equal age; a longer pause would tell";
        await StepAsync(id, row => row.Findings.Add($"Batch {row.Batch + 1}: {finding}."), cancellationToken);
        if (word.Worse.Length > 0)
        {
            await StopAsync(id, $"Batch {rollout.Batch + 1}: {word.Worse}. Resume goes on with the next batch.", cancellationToken, nextBatch: true);
            return;
        }

        await StepAsync(id, row =>
        {
            Next(row);
            if (row.Ask && row.Batch < row.Batches && row.Phase == RolloutPhase.Running)
                (row.Phase, row.Message) = (RolloutPhase.Asking, $"Batch {row.Batch} is healthy ({finding}). Resume restarts batch {row.Batch + 1} of {row.Batches}: {string.Join(", ", row.HostsOf(row.Batch))}.");
        }, cancellationToken);
    }

    // True when the pause is over, false when somebody ended the rolling restart meanwhile.
    private async Task<bool> PauseAsync(RolloutRow rollout, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Pace, time);
        while (time.GetUtcNow() < rollout.BatchRestartedAt + TimeSpan.FromSeconds(rollout.PauseSeconds))
        {
            if (!await GoesOnAsync(rollout.Id, cancellationToken))
                return false;
            await timer.WaitForNextTickAsync(cancellationToken);
        }

        return true;
    }

    private async Task<bool> GoesOnAsync(string id, CancellationToken cancellationToken) => (await ReadAsync(id, cancellationToken)).Phase == RolloutPhase.Running;

    private Task StopAsync(string id, string why, CancellationToken cancellationToken, bool nextBatch = false) => StepAsync(id, row =>
    {
        if (row.Phase != RolloutPhase.Running)
            return;
        (row.Phase, row.Message) = (RolloutPhase.Stopped, why);
        if (nextBatch)
            Next(row);
    }, cancellationToken);

    private static void Next(RolloutRow row)
    {
        row.Batch++;
        row.BatchRestartedAt = null;
    }

    private void End(RolloutRow row, RolloutPhase phase, string message)
    {
        row.Phase = phase;
        row.Message = message;
        row.EndedAt = time.GetUtcNow();
    }

    private async Task<RolloutRow> ReadAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Rollouts.AsNoTracking().SingleAsync(r => r.Id == id, cancellationToken);
    }

    private async Task StepAsync(string id, Action<RolloutRow> change, CancellationToken cancellationToken)
    {
        await audit.CommitAsync(async db =>
        {
            var row = await db.Rollouts.SingleAsync(r => r.Id == id, cancellationToken);
            var before = row.Phase;
            change(row);
            return row.Phase != before ? [RolloutAudit.Outcome(row, time.GetUtcNow())] : [];
        }, cancellationToken);
        await changes.SendAsync(Changes.Commands, CancellationToken.None);
    }

    [LoggerMessage(209, LogLevel.Error, "The rolling restart {Id} met an unexpected error and is stopped")]
    private static partial void Unexpected(ILogger logger, Exception e, string id);

    [LoggerMessage(207, LogLevel.Error, "The rolling restart {Id} waits for the database")]
    private static partial void Waits(ILogger logger, Exception e, string id);
}
