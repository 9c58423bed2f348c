using FleetConsole.Contracts.V1;

namespace FleetConsole.Server.Storage;

/// <summary>One command on a host. The row is written before anything is done, and is the truth about it.</summary>
internal sealed class CommandRow
{
    public required string Id { get; init; }

    public required string Host { get; init; }

    public required string Action { get; init; }

    public required string Reason { get; init; }

    public required string RequestedBy { get; init; }

    public required string RemoteAddress { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>Unique; the same key with the same arguments is the same command.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>A CPU profile's duration; 0 for other actions.</summary>
    public required int Seconds { get; init; }

    public CommandPhase Phase { get; set; } = CommandPhase.Requested;

    public string Message { get; set; } = "";

    public DateTimeOffset? EndedAt { get; set; }

    public DateTimeOffset? NewProcessSeenAt { get; set; }

    public DateTimeOffset? ServingAt { get; set; }

    public DateTimeOffset? ScrapedAt { get; set; }

    public long? CaptureId { get; set; }

    public bool Unfinished => Phase is CommandPhase.Requested or CommandPhase.Running;
}

/// <summary>What can be done to a host; stored and shown by these words.</summary>
internal static class CommandActions
{
    public const string Restart = "restart";
    public const string Profile = "profile";
}
