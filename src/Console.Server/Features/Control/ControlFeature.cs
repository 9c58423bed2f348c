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

/// <summary>
/// Takes commands: checks them against permissions and rules, writes the command and its intent into the database in
/// one transaction, and hands the command to the runner.
/// </summary>
internal sealed class ControlFeature(
    IDbContextFactory<ConsoleDb> databases, AuditTrail audit, CommandGate gate, CaptureRoom room, CommandRunner runner, ChangeBroadcast changes, TimeProvider time)
{
    private const int MaxListed = 50;
    private const int MaxWaiting = 500;
    private const int SqliteConstraint = 19;

    /// <exception cref="ApiException">Refused; nothing was recorded and nothing is done.</exception>
    public async Task<CommandView> TakeAsync(Order order, Caller caller, CancellationToken cancellationToken)
    {
        order.Check();
        gate.CheckPermission(order, caller);
        if (await FindEqualAsync(order, caller, cancellationToken) is { } before)
            return ControlMessages.Of(before);
        gate.CheckHost(order.Host);
        try
        {
            return await WriteAsync(order, caller, cancellationToken);
        }
        catch (DbUpdateException e) when (e.InnerException is SqliteException { SqliteErrorCode: SqliteConstraint })
        {
            // Either the same key came twice at once, or another command took the host a moment ago.
            if (await FindEqualAsync(order, caller, cancellationToken) is { } winner)
                return ControlMessages.Of(winner);
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            throw await CommandGate.HeldAsync(db, order.Host, cancellationToken);
        }
    }

    public async Task<ListCommandsReply> ListCommandsAsync(string host, bool unfinished, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Commands.AsNoTracking()
            .Where(c => host == "" || c.Host == host)
            .Where(c => !unfinished || c.EndedAt == null)
            .OrderByDescending(c => c.RequestedAt).Take(MaxListed).ToListAsync(cancellationToken);
        return new() { Commands = { rows.Select(ControlMessages.Of) } };
    }

    /// <summary>What waits for a second person, however much was asked for since.</summary>
    public async Task<ListCommandsReply> ListWaitingAsync(string host, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Commands.AsNoTracking()
            .Where(c => (host == "" || c.Host == host) && c.Phase == CommandPhase.AwaitingApproval)
            .OrderBy(c => c.ApprovalUntil).Take(MaxWaiting).ToListAsync(cancellationToken);
        return new() { Commands = { rows.Select(ControlMessages.Of) } };
    }

    /// <exception cref="ApiException">NOT_FOUND: there is no such command.</exception>
    public async Task<CommandView> GetCommandAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Commands.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellationToken) is { } row
            ? ControlMessages.Of(row)
            : throw new ApiException(StatusCode.NotFound, $"There is no command \"{id}\".");
    }

    private async Task<CommandView> WriteAsync(Order order, Caller caller, CancellationToken cancellationToken)
    {
        var row = order.ToRow(caller, time.GetUtcNow(), gate.ApprovalUntil(order.Action, order.Host, order.Lifts));
        CommandRow? gaveWay = null;
        await audit.CommitAsync(async db =>
        {
            await gate.CheckRulesAsync(db, row, cancellationToken);
            if (!order.Replaces && await room.ProblemAsync(db, row.Host, RuleCaptures.Gave(row), cancellationToken) is { } full)
                throw new ApiException(StatusCode.FailedPrecondition, full);

            // What waits for a second person does not hold the host yet.
            gaveWay = row.Phase == CommandPhase.Requested ? await RightOfWay.TakeAsync(db, row, time.GetUtcNow(), cancellationToken) : null;
            db.Commands.Add(row);
            return gaveWay is null ? [AuditRows.Intent(row)] : [AuditRows.Intent(row), AuditRows.Outcome(gaveWay, time.GetUtcNow())];
        }, cancellationToken);

        if (gaveWay is not null)
            runner.LetGo(gaveWay);
        if (row.Phase == CommandPhase.Requested)
            runner.Start(row.Id);
        await changes.SendAsync(Changes.Commands, cancellationToken);
        return ControlMessages.Of(row);
    }

    // Only among the caller's own: somebody else's keys, which may be guessed, neither take theirs nor tell of commands.
    private async Task<CommandRow?> FindEqualAsync(Order order, Caller caller, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var row = await db.Commands.AsNoTracking().SingleOrDefaultAsync(c => c.RequestedBy == caller.User && c.IdempotencyKey == order.IdempotencyKey, cancellationToken);
        return row is null || order.SameAs(row)
            ? row
            : throw new ApiException(StatusCode.AlreadyExists, $"The idempotency key was already used for another command ({row.Action} of {row.Host}). Use a new key.");
    }
}
