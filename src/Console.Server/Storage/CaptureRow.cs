namespace FleetConsole.Server.Storage;

/// <summary>One stored profile or dump. Its bytes lie under their own hash.</summary>
internal sealed class CaptureRow
{
    public long Id { get; init; }

    public required string CommandId { get; init; }

    public required string Host { get; init; }

    public required string Kind { get; init; }

    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>Null for an uploaded file.</summary>
    public required DateTimeOffset? ProcessStartedAt { get; init; }

    public required string Version { get; init; }

    public required double Seconds { get; init; }

    public required long SizeBytes { get; init; }

    public required string Sha256 { get; init; }

    public required string TakenBy { get; init; }

    public required string Reason { get; init; }

    /// <summary>When a person deleted it. The row stays, so that what points to it still points to something; null while its bytes are kept.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    public string DeletedBy { get; set; } = "";

    public string DeletedReason { get; set; } = "";

    /// <summary>The process's age when it was taken; null for an uploaded file.</summary>
    public TimeSpan? Age => TakenAt - ProcessStartedAt;
}
