using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Agents;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Control;

/// <summary>Who gives a command, as the server itself established it.</summary>
internal sealed record Caller(string User, string RemoteAddress);

/// <summary>
/// Takes commands: checks them, writes the command and its intent into the database in one transaction, and hands the
/// command to the runner. Whoever calls has been authorised for the action already.
/// </summary>
internal sealed class ControlFeature(
    IDbContextFactory<ConsoleDb> databases, PrometheusWatch fleet, HostMap map, AgentClients agents,
    CommandRunner runner, ChangeBroadcast changes, TimeProvider time)
{
    private const int MaxListed = 50;

    /// <exception cref="ApiException">Refused; nothing was recorded and nothing is done.</exception>
    public Task<CommandView> RestartAsync(RestartHostRequest request, Caller caller, CancellationToken cancellationToken) =>
        TakeAsync(new(CommandActions.Restart, request.Host, request.Reason, request.IdempotencyKey, 0), caller, cancellationToken);

    /// <exception cref="ApiException">Refused; nothing was recorded and nothing is done.</exception>
    public Task<CommandView> ProfileAsync(ProfileHostRequest request, Caller caller, CancellationToken cancellationToken) =>
        TakeAsync(new(CommandActions.Profile, request.Host, request.Reason, request.IdempotencyKey, request.Seconds), caller, cancellationToken);

    public async Task<ListCommandsReply> ListCommandsAsync(string host, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Commands.AsNoTracking()
            .Where(c => host == "" || c.Host == host)
            .OrderByDescending(c => c.RequestedAt).Take(MaxListed).ToListAsync(cancellationToken);
        return new() { Commands = { rows.Select(ControlMessages.Of) } };
    }

    private async Task<CommandView> TakeAsync(Order order, Caller caller, CancellationToken cancellationToken)
    {
        order.Check();
        if (await FindEqualAsync(order, cancellationToken) is { } before)
            return ControlMessages.Of(before);
        CheckHost(order.Host);

        var row = order.ToRow(caller, time.GetUtcNow());
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        db.Commands.Add(row);
        db.Audit.Add(AuditRows.Intent(row));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (e.InnerException is Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: SqliteConstraint })
        {
            // Either the same key came twice at once, or another command took the host a moment ago.
            return await FindEqualAsync(order, cancellationToken) is { } winner
                ? ControlMessages.Of(winner)
                : throw await HeldAsync(order.Host, cancellationToken);
        }

        runner.Start(row.Id);
        await changes.SendAsync(Changes.Commands, cancellationToken);
        return ControlMessages.Of(row);
    }

    private const int SqliteConstraint = 19;

    private async Task<CommandRow?> FindEqualAsync(Order order, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var row = await db.Commands.AsNoTracking().SingleOrDefaultAsync(c => c.IdempotencyKey == order.IdempotencyKey, cancellationToken);
        return row is null || order.SameAs(row)
            ? row
            : throw new ApiException(StatusCode.AlreadyExists, $"The idempotency key was already used for another command ({row.Action} of {row.Host}). Use a new key.");
    }

    private void CheckHost(string host)
    {
        if (!fleet.Current.Hosts.ContainsKey(host))
            throw new ApiException(StatusCode.NotFound, $"There is no host \"{host}\".");
        var faces = map.Find(host);
        if (faces.Agent is null)
            throw new ApiException(StatusCode.FailedPrecondition, $"{host} cannot be commanded: {faces.AgentProblem}");
        if (agents.Problem.Length > 0)
            throw new ApiException(StatusCode.FailedPrecondition, $"{host} cannot be commanded: {agents.Problem}");
    }

    private async Task<ApiException> HeldAsync(string host, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var holder = await db.Commands.AsNoTracking().Where(c => c.Host == host)
            .OrderByDescending(c => c.RequestedAt).FirstOrDefaultAsync(cancellationToken);
        return new(StatusCode.FailedPrecondition, holder is null
            ? $"Another command holds {host}. Try again when it has ended."
            : $"{host} is held by the {holder.Action} that {holder.RequestedBy} asked for at {holder.RequestedAt:u}. Try again when it has ended.");
    }
}
