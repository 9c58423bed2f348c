using FleetConsole.Contracts.V1;

namespace FleetConsole.Server.Storage;

/// <summary>Something the console found. One row a cause: it is reopened rather than found twice.</summary>
internal sealed class FindingRow
{
    public long Id { get; init; }

    public required FindingKind Kind { get; init; }

    /// <summary>What makes two looks see the same finding. Unique among those that are not resolved.</summary>
    public required string Key { get; init; }

    public required FindingState State { get; set; }

    public required string Sentence { get; set; }

    public required string Scope { get; set; }

    public required string Cause { get; set; }

    /// <summary>Higher is worse; comparable within a kind.</summary>
    public required double Severity { get; set; }

    public required DateTimeOffset OpenedAt { get; init; }

    public DateTimeOffset? ConfirmedAt { get; set; }

    public DateTimeOffset? ResolvedAt { get; set; }

    public string ResolvedBy { get; set; } = "";

    public required DateTimeOffset LastSeenAt { get; set; }

    /// <summary>A <see cref="DriftDetail"/> as protobuf; empty for a lock-up.</summary>
    public required byte[] Detail { get; set; }
}

/// <summary>A step in a finding's life.</summary>
internal sealed class FindingEventRow
{
    public long Id { get; init; }

    public long FindingId { get; init; }

    public required DateTimeOffset At { get; init; }

    public required FindingStep Step { get; init; }

    public required string Note { get; init; }
}
