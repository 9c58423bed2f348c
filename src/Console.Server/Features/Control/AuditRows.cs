using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Control;

/// <summary>The two audit rows of a command: what was wanted, and what came of it.</summary>
internal static class AuditRows
{
    public static AuditRow Intent(CommandRow command) => Of(command, AuditPhase.Intent, command.RequestedAt, "", "");

    public static AuditRow Outcome(CommandRow command, DateTimeOffset at) =>
        Of(command, AuditPhase.Outcome, at, command.Phase.ToString().ToLowerInvariant(), command.Message);

    private static AuditRow Of(CommandRow command, AuditPhase phase, DateTimeOffset at, string outcome, string detail) => new()
    {
        At = at,
        Phase = phase,
        CommandId = command.Id,
        User = command.RequestedBy,
        Action = command.Action,
        Host = command.Host,
        Reason = command.Reason,
        RemoteAddress = command.RemoteAddress,
        Outcome = outcome,
        Detail = detail,
    };
}
