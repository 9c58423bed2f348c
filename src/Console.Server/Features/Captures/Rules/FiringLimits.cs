using System.Globalization;

namespace FleetConsole.Server.Features.Captures.Rules;

/// <summary>When and where a rule fired, or would have.</summary>
/// <param name="Failed">Nothing could be taken.</param>
internal readonly record struct Firing(string Host, DateTimeOffset At, double Value, bool Failed = false);

/// <summary>How often a rule may fire: the same for what is and for what would have been. A day's firings are those that took something; attempts that failed have a bound of their own.</summary>
internal static class FiringLimits
{
    /// <summary>Failed attempts on one host in a day: an agent that is away for the night is not asked all night.</summary>
    public const int MostFailed = 5;

    /// <summary>After a failed attempt, where the rule does not cool down sooner.</summary>
    public static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(10);

    public static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>How far back firings matter.</summary>
    public static TimeSpan Memory(CaptureRuleOptions rule) => CoolDown(rule) > Day ? CoolDown(rule) : Day;

    /// <param name="before">Earlier firings of the rule, at least those within <see cref="Memory"/>.</param>
    /// <returns>Why it may not fire; null when it may.</returns>
    public static string? Refusal(CaptureRuleOptions rule, IReadOnlyCollection<Firing> before, string host, DateTimeOffset at)
    {
        var (until, here, everywhere, failed) = (at, 0, 0, 0);
        foreach (var firing in before)
        {
            var isHere = firing.Host == host;
            if (isHere && firing.At + Pause(rule, firing) > until)
                until = firing.At + Pause(rule, firing);
            if (at - firing.At >= Day)
                continue;
            everywhere += firing.Failed ? 0 : 1;
            here += isHere && !firing.Failed ? 1 : 0;
            failed += isHere && firing.Failed ? 1 : 0;
        }

        return rule switch
        {
            _ when until > at => string.Create(CultureInfo.InvariantCulture, $"it cools down there until {until:u}"),
            _ when failed >= MostFailed => $"{failed} attempts there have failed within a day",
            _ when here >= rule.PerHostPerDay => $"it has fired there {here} times within a day, as often as PerHostPerDay allows",
            _ when everywhere >= rule.PerDay => $"it has fired {everywhere} times in the fleet within a day, as often as PerDay allows",
            _ => null,
        };
    }

    /// <summary>What would have fired, of samples in the order of their times.</summary>
    public static IReadOnlyList<Firing> Replay(CaptureRuleOptions rule, IEnumerable<Firing> samples)
    {
        var fired = new List<Firing>();
        foreach (var sample in samples.Where(sample => sample.Value > rule.Above))
        {
            if (Refusal(rule, fired, sample.Host, sample.At) is null)
                fired.Add(sample);
        }

        return fired;
    }

    private static TimeSpan Pause(CaptureRuleOptions rule, Firing firing) => firing.Failed && AfterFailure < CoolDown(rule) ? AfterFailure : CoolDown(rule);

    private static TimeSpan CoolDown(CaptureRuleOptions rule) => TimeSpan.FromMinutes(rule.CoolDownMinutes);
}
