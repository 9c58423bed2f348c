namespace FleetConsole.Server.Features.Captures.Rules;

/// <summary>When and where a rule fired, or would have.</summary>
internal readonly record struct Firing(string Host, DateTimeOffset At, double Value);

/// <summary>How often a rule may fire: the same for what is and for what would have been.</summary>
internal static class FiringLimits
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <param name="before">Earlier firings of the rule, at least those of the last day.</param>
    public static bool Allow(CaptureRuleOptions rule, IReadOnlyCollection<Firing> before, string host, DateTimeOffset at)
    {
        var today = before.Where(firing => at - firing.At < Day).ToList();
        var here = today.Where(firing => firing.Host == host).ToList();
        return today.Count < rule.PerDay && here.Count < rule.PerHostPerDay
            && !here.Exists(firing => at - firing.At < TimeSpan.FromMinutes(rule.CoolDownMinutes));
    }

    /// <summary>What would have fired, of samples in the order of their times.</summary>
    public static IReadOnlyList<Firing> Replay(CaptureRuleOptions rule, IEnumerable<Firing> samples)
    {
        var fired = new List<Firing>();
        foreach (var sample in samples.Where(sample => sample.Value > rule.Above))
        {
            if (Allow(rule, fired, sample.Host, sample.At))
                fired.Add(sample);
        }

        return fired;
    }
}
