using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Features.Control.Rules;
using FleetConsole.Server.Security;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Storage;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Features.Control.Rollouts;

/// <summary>One batch of a rolling restart: its hosts, their health, their latency at equal age.</summary>
internal sealed class BatchRun(
    IDbContextFactory<ConsoleDb> databases, ControlFeature control, Accounts accounts, BatchHealth health, IEqualAgeJudge judge, IOptions<ControlOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HealthDeadline = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan TurnDeadline = TimeSpan.FromMinutes(30);

    /// <summary>Restarts what is not restarted yet, as many at once as the rule allows, and none after one has failed.</summary>
    /// <returns>Why the rolling restart has to stop; null when every host was restarted.</returns>
    public async Task<string?> RestartAsync(RolloutRow rollout, Func<Task<bool>> goesOn, CancellationToken cancellationToken)
    {
        using var turns = new SemaphoreSlim(options.Value.RestartsAtOnce);
        string? stop = null;
        async Task<bool> GoesOnAsync() => Volatile.Read(ref stop) is null && await goesOn();
        await Task.WhenAll(rollout.HostsOf(rollout.Batch).Select(async host =>
        {
            await turns.WaitAsync(cancellationToken);
            try
            {
                // Another host may have failed while this one waited for its turn.
                if (await GoesOnAsync() && await RestartAsync(rollout, host, GoesOnAsync, cancellationToken) is { } problem)
                    Interlocked.CompareExchange(ref stop, problem, null);
            }
            finally
            {
                turns.Release();
            }
        }));
        return stop;
    }

    /// <summary>Waits until every host of the batch is healthy, by what was seen of its new process.</summary>
    /// <returns>Which is not; null when all are.</returns>
    public async Task<string?> HealthyAsync(RolloutRow rollout, CancellationToken cancellationToken)
    {
        var restarts = await RestartsAsync(rollout, cancellationToken);
        var begun = time.GetTimestamp();
        using var timer = new PeriodicTimer(Pace, time);
        while (true)
        {
            var ill = restarts.Select(restart => (restart.Host, Problem: health.ProblemOf(restart))).Where(h => h.Problem.Length > 0).ToList();
            if (ill.Count == 0)
                return null;
            if (time.GetElapsedTime(begun) > HealthDeadline)
                return $"{ill[0].Host} {ill[0].Problem}, {HealthDeadline.TotalMinutes:0} minutes after its restart.";
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Which host of the batch before has fallen ill since it was found healthy; null when none has.</summary>
    public string? FallenIll(RolloutRow rollout) => rollout.HostsOf(rollout.Batch - 1).Select(host => (Host: host, Problem: health.ProblemNow(host)))
        .Where(host => host.Problem.Length > 0).Select(ill => $"{ill.Host}, of the batch before, {ill.Problem}.").FirstOrDefault();

    /// <summary>Compares the batch's new processes with the ones they replaced.</summary>
    public async Task<EqualAgeWord> JudgeAsync(RolloutRow rollout, CancellationToken cancellationToken)
    {
        var started = (await RestartsAsync(rollout, cancellationToken)).Where(restart => restart.NewProcessStartedAt is not null)
            .ToDictionary(restart => restart.Host, BatchHealth.StartOf, StringComparer.Ordinal);
        return await judge.JudgeAsync(started, cancellationToken);
    }

    // The last success of each host of the batch.
    private async Task<IReadOnlyList<CommandRow>> RestartsAsync(RolloutRow rollout, CancellationToken cancellationToken)
    {
        var hosts = rollout.HostsOf(rollout.Batch).ToHashSet(StringComparer.Ordinal);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var done = await db.Commands.AsNoTracking().Where(c => c.RolloutId == rollout.Id && c.Phase == CommandPhase.Succeeded).OrderBy(c => c.EndedAt).ToListAsync(cancellationToken);
        return [.. done.Where(c => hosts.Contains(c.Host)).GroupBy(c => c.Host, StringComparer.Ordinal).Select(host => host.Last())];
    }

    private async Task<string?> RestartAsync(RolloutRow rollout, string host, Func<Task<bool>> goesOn, CancellationToken cancellationToken)
    {
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            if (await db.Commands.AnyAsync(c => c.RolloutId == rollout.Id && c.Host == host && c.Phase == CommandPhase.Succeeded, cancellationToken))
                return null;
        }

        try
        {
            if (await AskAsync(rollout, host, goesOn, cancellationToken) is not { } command)
                return null;
            var end = await EndAsync(command.Id, cancellationToken);
            return end.Phase == CommandPhase.Succeeded ? null : $"The restart of {host} {end.Phase.ToString().ToLowerInvariant()}: {end.Message}";
        }
        catch (ApiException e)
        {
            return $"{host} was not restarted: {e.Message}";
        }
    }

    // Another restart may be under way that is not ours; that rule alone is waited for. Null: the rolling restart ended meanwhile.
    private async Task<CommandView?> AskAsync(RolloutRow rollout, string host, Func<Task<bool>> goesOn, CancellationToken cancellationToken)
    {
        var order = new Order(CommandActions.Restart, host, rollout.Reason, rollout.KeyOf(host))
        {
            ConfirmHost = host,
            SkipsEvidence = rollout.SkipsEvidence,
            RolloutId = rollout.Id,
            Lifts = new(Override: false, BreakGlass: rollout.GlassBreaker is not null),
        };
        var (user, address, token) = rollout.GlassBreaker is { } breaker
            ? (breaker.User, breaker.RemoteAddress, breaker.TokenId)
            : (rollout.RequestedBy, rollout.RemoteAddress, rollout.TokenId);
        var begun = time.GetTimestamp();
        using var timer = new PeriodicTimer(Pace, time);
        while (true)
        {
            // As the account is now: somebody who lost the permission, or the account, restarts nothing more.
            var (principal, problem) = await accounts.FindAsync(user, token, cancellationToken);
            try
            {
                return await control.TakeAsync(order, new(principal ?? throw new ApiException(StatusCode.PermissionDenied, problem), user, address), cancellationToken);
            }
            catch (RefusedException e) when (e.Refusals.Any(refusal => refusal.Rule == GuardRails.ConcurrencyRule) && time.GetElapsedTime(begun) < TurnDeadline)
            {
                await timer.WaitForNextTickAsync(cancellationToken);
                if (!await goesOn())
                    return null;
            }
        }
    }

    private async Task<CommandView> EndAsync(string id, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Pace, time);
        while (true)
        {
            var view = await control.GetCommandAsync(id, cancellationToken);
            if (view.EndedAt is not null)
                return view;
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
