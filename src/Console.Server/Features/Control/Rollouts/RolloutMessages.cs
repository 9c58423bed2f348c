using FleetConsole.Contracts.V1;
using FleetConsole.Server.Security;
using FleetConsole.Server.Storage;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Control.Rollouts;

/// <summary>A rolling restart's row, with its hosts' commands, in the contract's words.</summary>
internal static class RolloutMessages
{
    public static async Task<RolloutView> OfAsync(ConsoleDb db, RolloutRow row, CancellationToken cancellationToken)
    {
        var commands = await db.Commands.AsNoTracking().Where(c => c.RolloutId == row.Id).OrderBy(c => c.RequestedAt).ToListAsync(cancellationToken);
        var last = commands.GroupBy(c => c.Host, StringComparer.Ordinal).ToDictionary(host => host.Key, host => host.Last(), StringComparer.Ordinal);
        return new()
        {
            Id = row.Id,
            Phase = row.Phase,
            Message = row.Message,
            Hosts = { row.Hosts.Select((host, i) => HostOf(host, i / row.BatchSize, last.GetValueOrDefault(host))) },
            BatchSize = row.BatchSize,
            PauseSeconds = row.PauseSeconds,
            Ask = row.Ask,
            Reason = row.Reason,
            RequestedBy = row.RequestedBy,
            RequestedAt = row.RequestedAt.ToTimestamp(),
            EndedAt = row.EndedAt?.ToTimestamp(),
            Batch = row.Batch,
            Findings = { row.Findings },
        };
    }

    private static RolloutHost HostOf(string host, int batch, CommandRow? command) => new()
    {
        Host = host,
        Batch = batch,
        CommandId = command?.Id ?? "",
        Phase = command?.Phase switch
        {
            null => RolloutHostPhase.Waiting,
            CommandPhase.Succeeded => RolloutHostPhase.Restarted,
            _ => command.Unfinished ? RolloutHostPhase.Running : RolloutHostPhase.Failed,
        },
        Message = command?.Message ?? "",
    };
}

/// <summary>What the audit trail holds of a rolling restart; each of its restarts has rows of its own.</summary>
internal static class RolloutAudit
{
    public static AuditRow Of(RolloutRow row, Caller by, DateTimeOffset at, AuditPhase phase, string outcome, string detail) => Of(row, by.User, by.RemoteAddress, at, phase, outcome, detail);

    public static AuditRow Outcome(RolloutRow row, DateTimeOffset at) =>
        Of(row, row.RequestedBy, row.RemoteAddress, at, AuditPhase.Outcome, row.Phase.ToString().ToLowerInvariant(), row.Message);

    private static AuditRow Of(RolloutRow row, string user, string address, DateTimeOffset at, AuditPhase phase, string outcome, string detail) => new()
    {
        At = at,
        Phase = phase,
        CommandId = row.Id,
        User = user,
        Action = "rolling restart",
        Host = "",
        Reason = row.Reason,
        RemoteAddress = address,
        Outcome = outcome,
        Detail = detail,
    };
}
