using System.Globalization;
using FleetConsole.Contracts;
using FleetConsole.Server.Security;

namespace FleetConsole.Server.Features.Control.Rules;

/// <summary>
/// The rules for what replaces a process. Pure: the same situation gets the same answer when a command is asked for,
/// when it is approved, and when it is about to run.
/// </summary>
internal static class GuardRails
{
    /// <summary>The one rule that passes by itself: what it refuses now may be asked for again.</summary>
    public const string ConcurrencyRule = "concurrency";

    private const int NamedHosts = 5;

    /// <returns>Every rule that refuses; empty when the restart may go on.</returns>
    public static IReadOnlyList<Refusal> Check(ControlOptions options, Situation situation, Lifts lifts) =>
        [.. new[] { Concurrency(options, situation), CoolDown(options, situation, lifts), HealthyShare(options, situation, lifts), Freeze(options, situation, lifts) }.OfType<Refusal>()];

    /// <summary>Whether a second person has to approve this action on this host.</summary>
    public static bool NeedsApproval(ControlOptions options, string action, string host) => options.TwoPeople.Exists(rule =>
        (rule.Actions.Count == 0 || rule.Actions.Contains(action)) && (rule.Hosts.Count == 0 || rule.Hosts.Exists(pattern => Access.Matches(pattern, host))));

    private static Refusal? Concurrency(ControlOptions options, Situation situation) => situation.UnderWay.Count < options.RestartsAtOnce
        ? null
        : new(ConcurrencyRule, $"at most {Count(options.RestartsAtOnce, "restart")} at once in the fleet, and {string.Join(", ", situation.UnderWay)} is under way. "
            + "Try again when it has ended; an administrator can raise Control:RestartsAtOnce.");

    private static Refusal? CoolDown(ControlOptions options, Situation situation, Lifts lifts)
    {
        var coolDown = TimeSpan.FromMinutes(options.CoolDownMinutes);
        if (lifts.BreakGlass || situation.LastRestartEndedAt is not { } last || situation.Now - last >= coolDown)
            return null;
        return new("cool-down", $"{situation.Host} was restarted {Span(situation.Now - last)} ago and is left alone for {Span(coolDown)}; "
            + $"the next restart may come at {last + coolDown:u}. {Lifter(Permissions.BreakGlass)}");
    }

    private static Refusal? HealthyShare(ControlOptions options, Situation situation, Lifts lifts)
    {
        // No host is not "every host is healthy".
        if (situation.Unknown.Length > 0 && options.HealthyShare > 0)
            return new("healthy-share", $"{situation.Unknown}, so nobody can tell how many other hosts are healthy. Nobody can lift this; ask again when it has answered.");
        var ill = situation.Others.Where(host => host.Problem.Length > 0).ToList();
        var share = situation.Others.Count == 0 ? 1 : 1 - ((double)ill.Count / situation.Others.Count);
        if (share >= options.HealthyShare)
            return null;
        if (lifts.Override && situation.LockedUp)
            return Alone(options, situation);
        var named = string.Join("; ", ill.Take(NamedHosts).Select(host => $"{host.Host} {host.Problem}")) + (ill.Count > NamedHosts ? $"; and {ill.Count - NamedHosts} more" : "");
        return new("healthy-share", string.Create(CultureInfo.InvariantCulture,
            $"{situation.Others.Count - ill.Count} of {situation.Others.Count} other hosts are healthy, and {options.HealthyShare:P0} have to be ({named}). ")
            + (situation.LockedUp ? $"{situation.Host} is itself locked up: {Lower(Lifter(Permissions.RestartOverride))}"
                : $"Only a host that is itself locked up may be restarted now, by somebody with the permission {Permissions.RestartOverride}."));
    }

    // Below the healthy share one host is restarted after the other, whatever the fleet allows otherwise.
    private static Refusal? Alone(ControlOptions options, Situation situation) => situation.UnderWay.Count == 0 || Concurrency(options, situation) is not null
        ? null
        : new(ConcurrencyRule, $"with too few healthy hosts, {situation.Host} may only be restarted alone, and {string.Join(", ", situation.UnderWay)} is under way. Nobody can lift this; try again when it has ended.");

    private static Refusal? Freeze(ControlOptions options, Situation situation, Lifts lifts)
    {
        var open = options.Freezes.Select(freeze => (freeze.Name, End: freeze.EndAt(situation.Now))).Where(freeze => freeze.End is not null)
            .OrderByDescending(freeze => freeze.End).FirstOrDefault();
        return lifts.BreakGlass || open.End is null
            ? null
            : new("freeze", $"the freeze window \"{open.Name}\" lasts until {open.End:u}. {Lifter(Permissions.BreakGlass)}");
    }

    private static string Lifter(string permission) => $"Somebody with the permission {permission} can lift this.";

    private static string Lower(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..];

    private static string Count(int count, string noun) => count == 1 ? $"one {noun}" : string.Create(CultureInfo.InvariantCulture, $"{count} {noun}s");

    private static string Span(TimeSpan span) => span < TimeSpan.FromMinutes(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min");
}
