using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Security;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Control.Rollouts;

/// <summary>Takes rolling restarts and what people decide about them; <see cref="RolloutRunner"/> carries them out.</summary>
internal sealed class RolloutFeature(
    IDbContextFactory<ConsoleDb> databases, AuditTrail audit, Access access, PrometheusWatch fleet, RolloutRunner runner, ChangeBroadcast changes, TimeProvider time)
{
    private const int MaxHosts = 500;
    private const int MaxPause = 86_400;
    private const int MaxListed = 20;

    /// <exception cref="ApiException">Refused; nothing was recorded and nothing is done.</exception>
    public async Task<RolloutView> StartAsync(StartRolloutRequest request, Caller caller, CancellationToken cancellationToken)
    {
        Check(request);
        foreach (var host in request.Hosts)
            new Order(CommandActions.Restart, host, request.Reason, request.IdempotencyKey) { ConfirmHost = host }.Check();
        CheckPermission(request.Hosts, Permissions.Restart, caller);
        if (request.Hosts.FirstOrDefault(host => !fleet.Current.Hosts.ContainsKey(host)) is { } unknown)
            throw new ApiException(StatusCode.NotFound, $"There is no host \"{unknown}\".");
        var row = RowOf(request, caller);
        var equal = default(RolloutRow);
        await audit.CommitAsync(async db =>
        {
            equal = await FindEqualAsync(db, row, cancellationToken);
            if (equal is not null)
                return [];
            if (await db.Rollouts.AsNoTracking().FirstOrDefaultAsync(r => r.EndedAt == null, cancellationToken) is { } other)
                throw new ApiException(StatusCode.FailedPrecondition, $"The rolling restart that {other.RequestedBy} asked for at {other.RequestedAt:u} is not over. Abort it first, or wait for its end.");
            db.Rollouts.Add(row);
            return [RolloutAudit.Of(row, caller, time.GetUtcNow(), AuditPhase.Intent, "", $"{row.Hosts.Count} hosts in {row.Batches} batches: {string.Join(", ", row.Hosts)}")];
        }, cancellationToken);
        if (equal is null)
            runner.Start(row.Id);
        return await ViewAsync((equal ?? row).Id, cancellationToken);
    }

    public async Task<ListRolloutsReply> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Rollouts.AsNoTracking().OrderByDescending(r => r.RequestedAt).Take(MaxListed).ToListAsync(cancellationToken);
        var reply = new ListRolloutsReply();
        foreach (var row in rows)
            reply.Rollouts.Add(await RolloutMessages.OfAsync(db, row, cancellationToken));
        return reply;
    }

    /// <exception cref="ApiException">NOT_FOUND, PERMISSION_DENIED, or FAILED_PRECONDITION: it does not wait for anybody.</exception>
    public Task<RolloutView> ResumeAsync(RolloutDecision decision, Caller caller, CancellationToken cancellationToken) =>
        DecideAsync(decision, caller, decision.BreakGlass ? "resumed with break-glass" : "resumed", row =>
        {
            if (row.Phase is not (RolloutPhase.Asking or RolloutPhase.Stopped))
                throw new ApiException(StatusCode.FailedPrecondition, $"It does not wait for anybody: it is {row.Phase.ToString().ToLowerInvariant()}.");
            if (decision.BreakGlass)
                CheckPermission(row.Hosts, Permissions.BreakGlass, caller);
            row.GlassBreaker = decision.BreakGlass ? new() { User = caller.User, RemoteAddress = caller.RemoteAddress, TokenId = caller.TokenId } : null;
            row.Attempt += row.Phase == RolloutPhase.Stopped ? 1 : 0;
            row.Phase = RolloutPhase.Running;
            row.Message = $"{caller.User} lets it go on{(decision.BreakGlass ? " and breaks the glass" : "")}: {decision.Reason.Trim()}";
        }, cancellationToken);

    /// <exception cref="ApiException">NOT_FOUND, PERMISSION_DENIED, or FAILED_PRECONDITION: it is over.</exception>
    public Task<RolloutView> AbortAsync(RolloutDecision decision, Caller caller, CancellationToken cancellationToken) =>
        DecideAsync(decision, caller, "aborted", row =>
        {
            if (row.EndedAt is not null)
                throw new ApiException(StatusCode.FailedPrecondition, $"It is over: {row.Phase.ToString().ToLowerInvariant()}.");
            row.Phase = RolloutPhase.Aborted;
            row.EndedAt = time.GetUtcNow();
            row.Message = $"{caller.User} aborted it ({decision.Reason.Trim()}). No further host is restarted.";
        }, cancellationToken);

    private async Task<RolloutView> DecideAsync(RolloutDecision decision, Caller caller, string word, Action<RolloutRow> decide, CancellationToken cancellationToken)
    {
        Order.CheckReason(decision.Reason);
        await audit.CommitAsync(async db =>
        {
            var row = await db.Rollouts.SingleOrDefaultAsync(r => r.Id == decision.RolloutId, cancellationToken)
                ?? throw new ApiException(StatusCode.NotFound, $"There is no rolling restart \"{decision.RolloutId}\".");
            CheckPermission(row.Hosts, Permissions.Restart, caller);
            decide(row);
            var ended = row.EndedAt is null ? [] : await EndWaitingAsync(db, row, cancellationToken);
            return [RolloutAudit.Of(row, caller, time.GetUtcNow(), AuditPhase.Decision, word, decision.Reason.Trim()), .. ended];
        }, cancellationToken);
        runner.Start(decision.RolloutId);
        await changes.SendAsync(Changes.Commands, CancellationToken.None);
        return await ViewAsync(decision.RolloutId, cancellationToken);
    }

    // What waits for a second person would restart its host after the abort.
    private async Task<IEnumerable<AuditRow>> EndWaitingAsync(ConsoleDb db, RolloutRow rollout, CancellationToken cancellationToken)
    {
        var waiting = await db.Commands.Where(c => c.RolloutId == rollout.Id && c.Phase == CommandPhase.AwaitingApproval).ToListAsync(cancellationToken);
        foreach (var command in waiting)
            (command.Phase, command.Message, command.EndedAt) = (CommandPhase.Refused, rollout.Message, time.GetUtcNow());
        return waiting.Select(command => AuditRows.Outcome(command, time.GetUtcNow()));
    }

    private static void Check(StartRolloutRequest request)
    {
        var hosts = request.Hosts;
        var problem = hosts.Count is 0 or > MaxHosts ? $"Name 1 to {MaxHosts} hosts."
            : hosts.Distinct(StringComparer.Ordinal).Count() < hosts.Count ? "A host is named twice."
            : BatchProblem(request.BatchSize, request.BatchPercent, request.PauseSeconds) is { Length: > 0 } batches ? batches
            : hosts is [var only] ? only == request.ConfirmHost ? "" : $"confirm_host has to be the host's name, \"{only}\", typed once more."
            : request.ConfirmCount != hosts.Count ? $"confirm_count has to be the number of hosts, {hosts.Count}, typed once more."
            : "";
        if (problem.Length > 0)
            throw new ApiException(StatusCode.InvalidArgument, problem);
    }

    /// <summary>What is wrong with how the hosts are divided; empty when nothing is.</summary>
    public static string BatchProblem(int size, int percent, int pauseSeconds) =>
        !OneBatch(size, percent) ? "Set batch_size (hosts) or batch_percent (1 to 100), one of the two."
        : pauseSeconds is < 0 or > MaxPause ? $"pause_seconds is 0 to {MaxPause}."
        : "";

    private static bool OneBatch(int size, int percent) => size == 0 ? percent is >= 1 and <= 100 : size > 0 && percent == 0;

    private void CheckPermission(IEnumerable<string> hosts, string permission, Caller caller)
    {
        if (hosts.FirstOrDefault(host => !access.May(caller.Principal, permission, host)) is { } lacking)
            throw new ApiException(StatusCode.PermissionDenied, $"{caller.User} lacks the permission {permission} on {lacking}. Ask an administrator.");
    }

    private RolloutRow RowOf(StartRolloutRequest request, Caller caller)
    {
        var now = time.GetUtcNow();
        return new()
        {
            Id = Guid.CreateVersion7(now).ToString(),
            Hosts = [.. request.Hosts],
            BatchSize = RolloutRow.SizeOf(request.Hosts.Count, request.BatchSize, request.BatchPercent),
            PauseSeconds = request.PauseSeconds,
            Ask = request.Ask,
            Reason = request.Reason.Trim(),
            RequestedBy = caller.User,
            RemoteAddress = caller.RemoteAddress,
            TokenId = caller.TokenId,
            RequestedAt = now,
            IdempotencyKey = request.IdempotencyKey,
            SkipsEvidence = request.SkipEvidence,
        };
    }

    private static async Task<RolloutRow?> FindEqualAsync(ConsoleDb db, RolloutRow wanted, CancellationToken cancellationToken)
    {
        var row = await db.Rollouts.AsNoTracking().SingleOrDefaultAsync(r => r.RequestedBy == wanted.RequestedBy && r.IdempotencyKey == wanted.IdempotencyKey, cancellationToken);
        return row is null || (row.Hosts.SequenceEqual(wanted.Hosts) && row.BatchSize == wanted.BatchSize && row.Reason == wanted.Reason && row.Ask == wanted.Ask && row.PauseSeconds == wanted.PauseSeconds
            && row.SkipsEvidence == wanted.SkipsEvidence)
            ? row
            : throw new ApiException(StatusCode.AlreadyExists, "The idempotency key was already used for another rolling restart. Use a new key.");
    }

    private async Task<RolloutView> ViewAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await RolloutMessages.OfAsync(db, await db.Rollouts.AsNoTracking().SingleAsync(r => r.Id == id, cancellationToken), cancellationToken);
    }
}
