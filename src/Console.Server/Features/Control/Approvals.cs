using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Security;
using FleetConsole.Server.Storage;
using Grpc.Core;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Control;

/// <summary>The second person: lets a waiting command run, or ends it.</summary>
internal sealed class Approvals(AuditTrail audit, Access access, CommandGate gate, CommandRunner runner, ChangeBroadcast changes, TimeProvider time)
{
    private const int SqliteConstraint = 19;

    /// <exception cref="ApiException">PERMISSION_DENIED: one's own request, or no permission. NOT_FOUND. FAILED_PRECONDITION: it does not wait, whoever asked may not have it done any more, or a rule refuses.</exception>
    public async Task<CommandView> ApproveAsync(DecisionRequest decision, Caller caller, CancellationToken cancellationToken)
    {
        CommandRow? gaveWay = null;
        var view = await DecideAsync(decision, caller, async (db, row) =>
        {
            CheckPermission(row, caller);
            if (row.RequestedBy == caller.User)
                throw new ApiException(StatusCode.PermissionDenied, $"Your own request is another person's to approve: somebody else with the permission {Permissions.Approve}.");
            if (await gate.RequesterProblemAsync(row, cancellationToken) is { } lacking)
                throw new ApiException(StatusCode.FailedPrecondition, $"{lacking} Reject it, or ask for it yourself.");
            await gate.CheckRulesAsync(db, row, cancellationToken);
            gaveWay = await RightOfWay.TakeAsync(db, row, time.GetUtcNow(), cancellationToken);
            row.Phase = CommandPhase.Requested;
            (row.DecidedBy, row.DecidedAt) = (caller.User, time.GetUtcNow());
            row.Message = $"{caller.User} approved it: {decision.Reason.Trim()}";
            var approved = AuditRows.Decision(row, caller, time.GetUtcNow(), "approved", decision.Reason.Trim());
            return gaveWay is null ? [approved] : [approved, AuditRows.Outcome(gaveWay, time.GetUtcNow())];
        }, cancellationToken);
        if (gaveWay is not null)
            runner.LetGo(gaveWay);
        return view;
    }

    /// <exception cref="ApiException">PERMISSION_DENIED, NOT_FOUND, FAILED_PRECONDITION: it does not wait (any more).</exception>
    public Task<CommandView> RejectAsync(DecisionRequest decision, Caller caller, CancellationToken cancellationToken) =>
        DecideAsync(decision, caller, (_, row) =>
        {
            var own = row.RequestedBy == caller.User;
            if (!own)
                CheckPermission(row, caller);
            row.DecidedBy = caller.User;
            Refuse(row, $"{caller.User} {(own ? "withdrew" : "rejected")} it: {decision.Reason.Trim()}");
            return Task.FromResult<IReadOnlyList<AuditRow>>(
                [AuditRows.Decision(row, caller, time.GetUtcNow(), own ? "withdrawn" : "rejected", decision.Reason.Trim()), AuditRows.Outcome(row, time.GetUtcNow())]);
        }, cancellationToken);

    /// <summary>Ends what has waited for too long.</summary>
    /// <returns>How many commands were ended.</returns>
    public async Task<int> ExpireAsync(CancellationToken cancellationToken)
    {
        var expired = 0;
        await audit.CommitAsync(async db =>
        {
            var now = time.GetUtcNow();
            var rows = await db.Commands.Where(c => c.Phase == CommandPhase.AwaitingApproval && c.ApprovalUntil < now).ToListAsync(cancellationToken);
            foreach (var row in rows)
                Refuse(row, $"Nobody approved it until {row.ApprovalUntil:u}, so nothing was done. Ask again if it is still wanted.");
            expired = rows.Count;
            return [.. rows.Select(row => AuditRows.Outcome(row, now))];
        }, cancellationToken);
        if (expired > 0)
            await changes.SendAsync(Changes.Commands, cancellationToken);
        return expired;
    }

    private async Task<CommandView> DecideAsync(
        DecisionRequest decision, Caller caller, Func<ConsoleDb, CommandRow, Task<IReadOnlyList<AuditRow>>> decide, CancellationToken cancellationToken)
    {
        Order.CheckReason(decision.Reason);
        CommandRow? decided = null;
        try
        {
            await audit.CommitAsync(async db =>
            {
                decided = await db.Commands.SingleOrDefaultAsync(c => c.Id == decision.CommandId, cancellationToken)
                    ?? throw new ApiException(StatusCode.NotFound, $"There is no command \"{decision.CommandId}\".");
                if (decided.Phase != CommandPhase.AwaitingApproval || decided.ApprovalUntil < time.GetUtcNow())
                    throw new ApiException(StatusCode.FailedPrecondition, $"The {decided.Action} of {decided.Host} does not wait for approval: {Standing(decided)}");
                return await decide(db, decided);
            }, cancellationToken);
        }
        catch (DbUpdateException e) when (decided is not null && e.InnerException is SqliteException { SqliteErrorCode: SqliteConstraint })
        {
            throw new ApiException(StatusCode.FailedPrecondition, $"Another command holds {decided.Host}. Approve it again when that has ended.");
        }

        if (decided!.Phase == CommandPhase.Requested)
            runner.Start(decided.Id);
        await changes.SendAsync(Changes.Commands, CancellationToken.None);
        return ControlMessages.Of(decided);
    }

    private void CheckPermission(CommandRow row, Caller caller)
    {
        if (!access.May(caller.Principal, Permissions.Approve, row.Host))
            throw new ApiException(StatusCode.PermissionDenied, $"{caller.User} lacks the permission {Permissions.Approve} on {row.Host}. Ask an administrator.");
    }

    private void Refuse(CommandRow row, string message)
    {
        row.Phase = CommandPhase.Refused;
        row.Message = message;
        row.EndedAt = time.GetUtcNow();
    }

    private static string Standing(CommandRow row) => row.Phase == CommandPhase.AwaitingApproval
        ? $"the time for it ended at {row.ApprovalUntil:u}."
        : $"it is {row.Phase.ToString().ToLowerInvariant()}. {row.Message}";
}

/// <summary>Looks every few seconds for what has waited too long.</summary>
internal sealed partial class ApprovalExpiry(Approvals approvals, TimeProvider time, ILogger<ApprovalExpiry> logger) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await approvals.ExpireAsync(stoppingToken);
            }
            catch (Exception e) when (e is DbUpdateException or System.Data.Common.DbException or IOException)
            {
                // The database may be locked for a while; the next look comes soon.
                Waits(logger, e.Message);
            }
        }
    }

    [LoggerMessage(204, LogLevel.Warning, "Waiting commands could not be looked at: {Message}")]
    private static partial void Waits(ILogger logger, string message);
}
