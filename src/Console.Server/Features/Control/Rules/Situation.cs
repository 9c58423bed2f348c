namespace FleetConsole.Server.Features.Control.Rules;

/// <summary>Another host of the fleet as the rules see it.</summary>
/// <param name="Problem">Why it does not count as healthy; empty when it does.</param>
internal sealed record HostCondition(string Host, string Problem);

/// <summary>What the rules look at, of one moment.</summary>
/// <param name="Host">The host that a restart is wanted of.</param>
/// <param name="UnderWay">Other hosts whose process is being replaced now, each with who asked for it.</param>
/// <param name="LastRestartEndedAt">The end of the last one of this host, through this console, that ended its process or may have; null when there was none.</param>
/// <param name="Others">Every other host of the fleet.</param>
/// <param name="LockedUp">The host itself is locked up.</param>
/// <param name="Unknown">Why nothing is known of the fleet, itself included; empty when it is known.</param>
internal sealed record Situation(
    DateTimeOffset Now, string Host, IReadOnlyList<string> UnderWay, DateTimeOffset? LastRestartEndedAt, IReadOnlyList<HostCondition> Others, bool LockedUp,
    string Unknown = "");

/// <summary>Which rules the caller lifts, having the permission to.</summary>
internal readonly record struct Lifts(bool Override, bool BreakGlass)
{
    public IEnumerable<string> Names => new[] { Override ? "override" : "", BreakGlass ? "break-glass" : "" }.Where(name => name.Length > 0);
}

/// <summary>A rule that refuses.</summary>
/// <param name="Rule">Its name: "cool-down".</param>
/// <param name="Message">What it refuses, why, and who can lift it.</param>
internal sealed record Refusal(string Rule, string Message)
{
    public override string ToString() => $"Refused by the rule {Rule}: {Message}";
}
