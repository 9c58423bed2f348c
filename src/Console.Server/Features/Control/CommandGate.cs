using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Features.Control.Rules;
using FleetConsole.Server.Security;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Agents;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Features.Control;

/// <summary>What a command has to pass: permission on this very host, an agent to carry it out, and the rules.</summary>
internal sealed class CommandGate(
    IDbContextFactory<ConsoleDb> databases, Access access, Accounts accounts, PrometheusWatch fleet, HostMap map, AgentClients agents, SituationReader situations,
    IOptions<ControlOptions> options, TimeProvider time)
{
    /// <exception cref="ApiException">PERMISSION_DENIED, naming what is missing.</exception>
    public void CheckPermission(Order order, Caller caller)
    {
        if (PermissionProblem(order, caller) is { } lacking)
            throw new ApiException(StatusCode.PermissionDenied, lacking);
    }

    /// <exception cref="ApiException">NOT_FOUND, or FAILED_PRECONDITION: the host is not mapped.</exception>
    public void CheckHost(string host)
    {
        if (!fleet.Current.Hosts.ContainsKey(host))
            throw new ApiException(StatusCode.NotFound, $"There is no host \"{host}\".");
        if (MappingProblem(host) is { } unmapped)
            throw new ApiException(StatusCode.FailedPrecondition, unmapped);
    }

    /// <summary>Why the caller may not do this; null when they may.</summary>
    public string? PermissionProblem(Order order, Caller caller) =>
        order.Permissions.FirstOrDefault(permission => !access.May(caller.Principal, permission, order.Host)) is { } lacking
            ? $"{caller.User} lacks the permission {lacking} on {order.Host}. Ask an administrator."
            : null;

    /// <summary>Why whoever asked for a command may not have it done any more; null when they may. Their account, and the token by which they asked, are read as they are now.</summary>
    public async Task<string?> RequesterProblemAsync(CommandRow row, CancellationToken cancellationToken)
    {
        // A rule is no account: what it may do stands in the console's own configuration.
        if (RuleCaptures.Gave(row))
            return null;
        var (principal, problem) = await accounts.FindAsync(row.RequestedBy, row.TokenId, cancellationToken);
        return principal is null ? problem : PermissionProblem(Order.Of(row), new(principal, row.RequestedBy, row.RemoteAddress));
    }

    /// <summary>Why no command can be given to the host; null when one can.</summary>
    public string? MappingProblem(string host) => (map.Find(host), agents.Problem) switch
    {
        ({ Agent: null } faces, _) => $"{host} cannot be commanded: {faces.AgentProblem}",
        (_, { Length: > 0 } problem) => $"{host} cannot be commanded: {problem}",
        _ => null,
    };

    /// <summary>The rules that refuse to replace the host's process now.</summary>
    /// <param name="db">In whose transaction they are checked.</param>
    /// <param name="exceptCommand">A command that does not count as under way; empty when every one does.</param>
    /// <param name="ahead">What would be under way besides, in words.</param>
    public async Task<IReadOnlyList<Refusal>> RefusalsAsync(
        ConsoleDb db, string action, string host, Lifts lifts, string exceptCommand, IReadOnlyList<string> ahead, CancellationToken cancellationToken)
    {
        if (!CommandActions.Replacing.Contains(action))
            return [];
        var situation = await situations.ReadAsync(db, host, exceptCommand, cancellationToken);
        return GuardRails.Check(options.Value, situation with { UnderWay = [.. situation.UnderWay, .. ahead] }, lifts);
    }

    /// <summary>The rules that refuse a command that is about to run.</summary>
    public async Task<IReadOnlyList<Refusal>> RefusalsAsync(CommandRow row, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await RefusalsAsync(db, row.Action, row.Host, new(row.Override, row.BreakGlass), row.Id, [], cancellationToken);
    }

    /// <summary>Throws when a rule refuses, naming each that does.</summary>
    /// <exception cref="RefusedException">A rule refuses.</exception>
    public async Task CheckRulesAsync(ConsoleDb db, CommandRow row, CancellationToken cancellationToken)
    {
        var refusals = await RefusalsAsync(db, row.Action, row.Host, new(row.Override, row.BreakGlass), row.Id, [], cancellationToken);
        if (refusals.Count > 0)
            throw new RefusedException(refusals);
    }

    /// <summary>Until when the command has to wait for a second person; null when it needs none.</summary>
    public DateTimeOffset? ApprovalUntil(string action, string host, Lifts lifts) =>
        !lifts.BreakGlass && GuardRails.NeedsApproval(options.Value, action, host)
            ? time.GetUtcNow() + TimeSpan.FromMinutes(options.Value.ApprovalMinutes)
            : null;

    /// <summary>Names who holds the host.</summary>
    public static async Task<ApiException> HeldAsync(ConsoleDb db, string host, CancellationToken cancellationToken)
    {
        var holder = await db.Commands.AsNoTracking().Where(c => c.Host == host && (c.Phase == CommandPhase.Requested || c.Phase == CommandPhase.Running))
            .FirstOrDefaultAsync(cancellationToken);
        return new(StatusCode.FailedPrecondition, holder is null
            ? $"Another command holds {host}. Try again when it has ended."
            : $"{host} is held by the {holder.Action} that {holder.RequestedBy} asked for at {holder.RequestedAt:u}. Try again when it has ended.");
    }
}
