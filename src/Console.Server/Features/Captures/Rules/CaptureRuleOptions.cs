using System.ComponentModel.DataAnnotations;
using FleetConsole.Server.Sources;

namespace FleetConsole.Server.Features.Captures.Rules;

/// <summary>What is captured without anybody asking: a trigger, what to take, and how often at most.</summary>
internal sealed class CaptureRulesOptions : IValidatableObject
{
    public const string Section = "CaptureRules";

    /// <summary>How often the triggers are looked at.</summary>
    [Range(1, 3600)]
    public int PollSeconds { get; init; } = 30;

    public List<CaptureRuleOptions> Rules { get; init; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (rule, i) in Rules.Select((rule, i) => (rule, i)))
        {
            if (rule.Problem() is { Length: > 0 } problem)
                yield return new($"{Section}:Rules:{i}: {problem}");
            if (Rules.Take(i).Any(other => other.Name == rule.Name))
                yield return new($"{Section}:Rules:{i}: there is another rule \"{rule.Name}\"; firings are counted by name.");
        }
    }
}

internal sealed class CaptureRuleOptions
{
    private const int LongestName = 60;

    /// <summary>Stands in the audit trail and counts the firings: a renamed rule begins anew.</summary>
    public string Name { get; init; } = "";

    /// <summary>Of <see cref="CaptureTriggers"/>.</summary>
    public string When { get; init; } = "";

    /// <summary>For the trigger <c>promql</c>: one sample a host.</summary>
    public string Expression { get; init; } = "";

    /// <summary>It fires above this, in the unit of its trigger.</summary>
    public double Above { get; init; }

    /// <summary>Only for processes that are at least so old.</summary>
    public double FromAgeMinutes { get; init; }

    public List<string> Take { get; init; } = [];

    public double CoolDownMinutes { get; init; } = 60;

    public int PerHostPerDay { get; init; } = 3;

    public int PerDay { get; init; } = 10;

    /// <summary>What is wrong with it; empty when nothing is.</summary>
    public string Problem() => this switch
    {
        _ when Name.Length is 0 or > LongestName || Name.Any(char.IsControl) => $"Name has 1 to {LongestName} characters.",
        _ when !CaptureTriggers.All.Contains(When) => $"When \"{When}\" is no trigger. There are {string.Join(", ", CaptureTriggers.All)}.",
        _ when When == CaptureTriggers.PromQl == (Expression.Length == 0) => $"Expression goes with the trigger \"{CaptureTriggers.PromQl}\", and with no other.",
        _ when Take.Count == 0 => $"Take says what is captured: {string.Join(", ", CaptureKinds.All)}.",
        _ when Take.Find(kind => !CaptureKinds.All.Contains(kind)) is { } unknown => $"Take: \"{unknown}\" cannot be captured. There are {string.Join(", ", CaptureKinds.All)}.",
        _ when !double.IsFinite(Above) || FromAgeMinutes < 0 => "Above is a number, and FromAgeMinutes is not below 0.",
        _ when CoolDownMinutes < 1 || PerHostPerDay < 1 || PerDay < 1 => "CoolDownMinutes, PerHostPerDay and PerDay are 1 at least; a rule that is not wanted is left out.",
        _ => "",
    };
}

/// <summary>What rules look at: what precedes trouble, not the corpse.</summary>
internal static class CaptureTriggers
{
    /// <summary>Fork utilisation, 0 to 1.</summary>
    public const string ForkUtilisation = "fork-utilisation";

    /// <summary>Growth of virtual memory, bytes an hour.</summary>
    public const string VirtualMemorySlope = "virtual-memory-slope";

    /// <summary>Growth of the number of goroutines, an hour.</summary>
    public const string GoroutinesSlope = "goroutines-slope";

    /// <summary>p99 of all methods, seconds.</summary>
    public const string Latency = "p99";

    /// <summary>The largest latency ratio of the host's methods that drift or are suspected; above 1 whenever there is one.</summary>
    public const string Drift = "drift";

    /// <summary>Latency over that of the other hosts at equal age, of methods that drift or are suspected.</summary>
    public const string LeavesFleet = "leaves-fleet";

    /// <summary>The part of the last five minutes in which the server did not answer the console, 0 to 1.</summary>
    public const string HealthTimeouts = "health-timeouts";

    /// <summary>A query of one's own.</summary>
    public const string PromQl = "promql";

    public static IReadOnlyList<string> All { get; } =
        [ForkUtilisation, VirtualMemorySlope, GoroutinesSlope, Latency, Drift, LeavesFleet, HealthTimeouts, PromQl];
}
