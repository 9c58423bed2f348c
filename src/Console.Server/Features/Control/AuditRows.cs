using FleetConsole.Contracts.V1;
using FleetConsole.Server.Security;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Control;

/// <summary>The audit rows of a command: what was wanted, what a second person said, and what came of it.</summary>
internal static class AuditRows
{
    public static AuditRow Intent(CommandRow command) => Of(command, AuditPhase.Intent, command.RequestedAt, "",
        string.Join(", ", new Rules.Lifts(command.Override, command.BreakGlass).Names.Select(name => $"with {name}")));

    public static AuditRow Outcome(CommandRow command, DateTimeOffset at) =>
        Of(command, AuditPhase.Outcome, at, command.Phase.ToString().ToLowerInvariant(), command.Message);

    /// <summary>A second person's word about a command.</summary>
    public static AuditRow Decision(CommandRow command, Caller by, DateTimeOffset at, string decision, string reason) => new()
    {
        At = at,
        Phase = AuditPhase.Decision,
        CommandId = command.Id,
        User = by.User,
        Action = command.Action,
        Host = command.Host,
        Reason = reason,
        RemoteAddress = by.RemoteAddress,
        Outcome = decision,
        Detail = $"Asked for by {command.RequestedBy}: {command.Reason}",
    };

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
