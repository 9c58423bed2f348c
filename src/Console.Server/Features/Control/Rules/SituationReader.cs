using FleetConsole.Analysis.Lockup;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Control.Rules;

/// <summary>Gathers what the rules look at, from what the watches last saw and from the commands' table.</summary>
internal sealed class SituationReader(PrometheusWatch fleet, GitRpcWatch gitRpc, LockupWatch lockups, HostMap map, TimeProvider time)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SettleDeadline = TimeSpan.FromSeconds(30);

    /// <param name="db">In whose transaction the rules are checked: two restarts cannot both be the only one.</param>
    /// <param name="exceptCommand">A command that does not count: the one that is about to run.</param>
    public async Task<Situation> ReadAsync(ConsoleDb db, string host, string exceptCommand, CancellationToken cancellationToken)
    {
        var replacing = db.Commands.AsNoTracking().Where(c => CommandActions.Replacing.Contains(c.Action) && c.Id != exceptCommand);
        var underWay = await replacing.Where(c => c.Phase == CommandPhase.Requested || c.Phase == CommandPhase.Running)
            .Select(c => new { c.Action, c.Host, c.RequestedBy }).ToListAsync(cancellationToken);

        // What failed before anything was done makes no process young; what failed after the old one was gone was a restart of the host all the same.
        var last = await replacing.Where(c => c.Host == host && c.EndedAt != null)
            .Where(c => c.Phase == CommandPhase.Succeeded || c.Phase == CommandPhase.Unknown || c.NewProcessSeenAt != null || c.ProcessEnded)
            .MaxAsync(c => c.EndedAt, cancellationToken);
        return new(
            time.GetUtcNow(), host,
            [.. underWay.Select(c => $"the {c.Action} of {c.Host} by {c.RequestedBy}")],
            last,
            [.. fleet.Current.Hosts.Keys.Where(other => other != host).Order(StringComparer.Ordinal).Select(other => new HostCondition(other, ProblemOf(other)))],
            lockups.Find(host).Lockup.State is Analysis.Lockup.LockupState.LockedUp,
            fleet.Current.AsOf is null ? "Prometheus has not answered since the console started" : "");
    }

    /// <summary>Waits until every source has been asked once, so that what goes on after a start of the console is not judged by what is not known yet.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        using var timer = new PeriodicTimer(Pace, time);
        while (!Settled() && time.GetElapsedTime(begun) < SettleDeadline)
            await timer.WaitForNextTickAsync(cancellationToken);
    }

    private bool Settled() => fleet.Current.AsOf is not null && fleet.Current.Hosts.Keys.All(host => map.Find(host).GitRpc is null || gitRpc.Find(host) is not null);

    /// <summary>Why a host is not healthy; empty when it is scraped, SERVING and still forks. That its latency drifts makes none ill.</summary>
    public string ProblemOf(string host)
    {
        if (fleet.Stale)
            return "is not known: Prometheus is silent";
        if (!fleet.Current.Hosts.TryGetValue(host, out var metrics) || !metrics.Scraped)
            return "is not scraped";
        if (map.Find(host).GitRpc is null)
            return "";
        if (gitRpc.Find(host) is not { } answers)
            return "has not been asked for its health yet";
        if (!answers.Health.Serving)
            return "does not say SERVING";
        return answers.Forking.Reply is ReplyKind.Answered or ReplyKind.NotAsked ? "" : "does not answer the call that forks";
    }
}
