using FleetConsole.Contracts.V1;

namespace FleetConsole.Server.Storage;

/// <summary>One line of the audit trail. Rows are only ever added, and each holds the hash of the one before in its own.</summary>
internal sealed class AuditRow
{
    private const int LeastReason = 3;
    private const int LongestReason = 500;

    /// <summary>What to ask for when there is none.</summary>
    public static string ReasonWanted { get; } =
        $"a reason of {LeastReason} to {LongestReason} characters without line breaks is required; it stands in the audit trail";

    /// <summary>1, 2, 3 … without a gap.</summary>
    public long Id { get; set; }

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

    /// <summary>SHA-256 over the row before's hash and everything above, lower-case hex; see <see cref="AuditChain"/>.</summary>
    public string Hash { get; set; } = "";

    /// <summary>Whether somebody who reads the trail later could learn something from it.</summary>
    public static bool IsReason(string text) => text.Trim().Length is >= LeastReason and <= LongestReason && !text.Any(char.IsControl);
}
