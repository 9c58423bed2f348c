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

    /// <summary>The token by which it was asked for: what it may is looked at again before anything is done. Null for a person's session.</summary>
    public long? TokenId { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>Unique among those of its user; the same key with the same arguments is the same command.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>The duration of a CPU profile or of perf; 0 for what takes no time.</summary>
    public required int Seconds { get; init; }

    /// <summary>The rolling restart it belongs to; empty when it was asked for alone.</summary>
    public string RolloutId { get; init; } = "";

    /// <summary>Which dump; unspecified for other actions.</summary>
    public Rung Rung { get; init; }

    /// <summary>Dumps and a profile are taken before the process is gone.</summary>
    public bool TakesEvidence { get; init; }

    /// <summary>What was taken and what could not be, a line each; empty until it was tried.</summary>
    public string Evidence { get; set; } = "";

    /// <summary>What else is to be known of how it went, a line each.</summary>
    public string Notes { get; set; } = "";

    /// <summary>The silence that Alertmanager holds for it; empty when it holds none.</summary>
    public string SilenceId { get; set; } = "";

    /// <summary>The caller lifted the healthy share: the host was locked up itself.</summary>
    public bool Override { get; init; }

    /// <summary>The caller acted without the second person, in a freeze, or before the host had cooled down.</summary>
    public bool BreakGlass { get; init; }

    /// <summary>Until when it waits for a second person; null when none is needed.</summary>
    public DateTimeOffset? ApprovalUntil { get; init; }

    /// <summary>The second person; empty when there was none.</summary>
    public string DecidedBy { get; set; } = "";

    /// <summary>When they let it run; null when nobody had to.</summary>
    public DateTimeOffset? DecidedAt { get; set; }

    public CommandPhase Phase { get; set; } = CommandPhase.Requested;

    public string Message { get; set; } = "";

    public DateTimeOffset? EndedAt { get; set; }

    public DateTimeOffset? NewProcessSeenAt { get; set; }

    /// <summary>The start of the process that the agent named, by the host's clock; null until it did.</summary>
    public DateTimeOffset? NewProcessStartedAt { get; set; }

    /// <summary>The process of before is gone by the agent's word, whether or not another one came.</summary>
    public bool ProcessEnded { get; set; }

    public DateTimeOffset? ServingAt { get; set; }

    public DateTimeOffset? ScrapedAt { get; set; }

    public long? CaptureId { get; set; }

    public bool Unfinished => Phase is CommandPhase.Requested or CommandPhase.Running or CommandPhase.AwaitingApproval;
}

/// <summary>What can be done to a host; stored and shown by these words.</summary>
internal static class CommandActions
{
    public const string Restart = "restart";
    public const string Reload = "reload";
    public const string Profile = "profile";
    public const string Dump = "dump";

    /// <summary>The dump that ends the process.</summary>
    public const string Abort = "abort";

    public static IReadOnlyList<string> All { get; } = [Restart, Reload, Profile, Dump, Abort];

    /// <summary>Those after which another process serves: the rules of restarts hold for them.</summary>
    public static IReadOnlyList<string> Replacing { get; } = [Restart, Reload, Abort];
}
