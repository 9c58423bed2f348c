using FleetConsole.Contracts.V1;

namespace FleetConsole.Server.Storage;

/// <summary>One line of the audit trail. Rows are only ever added.</summary>
internal sealed class AuditRow
{
    public long Id { get; init; }

    public required DateTimeOffset At { get; init; }

    public required AuditPhase Phase { get; init; }

    public required string CommandId { get; init; }

    public required string User { get; init; }

    public required string Action { get; init; }

    public required string Host { get; init; }

    public required string Reason { get; init; }

    public required string RemoteAddress { get; init; }

    public string Outcome { get; init; } = "";

    public string Detail { get; init; } = "";
}
