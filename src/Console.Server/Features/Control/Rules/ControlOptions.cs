using System.ComponentModel.DataAnnotations;
using Cronos;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Control.Rules;

/// <summary>The rules that stand between a click and a restart.</summary>
internal sealed class ControlOptions : IValidatableObject
{
    public const string Section = "Control";

    /// <summary>Restarts under way in the whole fleet at once.</summary>
    [Range(1, 1000)]
    public int RestartsAtOnce { get; init; } = 1;

    /// <summary>From the end of a host's last restart to the next.</summary>
    [Range(0, 24 * 60)]
    public double CoolDownMinutes { get; init; } = 10;

    /// <summary>The least share of the other hosts that has to be healthy.</summary>
    [Range(0, 1)]
    public double HealthyShare { get; init; } = 0.8;

    /// <summary>How long a command waits for its second person.</summary>
    [Range(0.05, 24 * 60)]
    public double ApprovalMinutes { get; init; } = 15;

    /// <summary>Where a second person has to approve.</summary>
    public List<TwoPeopleOptions> TwoPeople { get; init; } = [];

    /// <summary>When nothing is restarted.</summary>
    public List<FreezeOptions> Freezes { get; init; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (rule, i) in TwoPeople.Select((rule, i) => (rule, i)))
        {
            foreach (var action in rule.Actions.Except(CommandActions.All))
                yield return new($"{Section}:TwoPeople:{i}:Actions: there is no action \"{action}\". There are {string.Join(", ", CommandActions.All)}.");
        }

        foreach (var (freeze, i) in Freezes.Select((freeze, i) => (freeze, i)))
        {
            if (freeze.Problem() is { Length: > 0 } problem)
                yield return new($"{Section}:Freezes:{i}: {problem}");
        }
    }
}

/// <summary>Actions on hosts that one person alone may not have done.</summary>
internal sealed class TwoPeopleOptions
{
    /// <summary>Empty: every action.</summary>
    public List<string> Actions { get; init; } = [];

    /// <summary>Patterns of host names; empty: every host.</summary>
    public List<string> Hosts { get; init; } = [];
}

/// <summary>A time in which nothing is restarted: either from a moment to another, or as often as a cron expression says.</summary>
internal sealed class FreezeOptions
{
    public string Name { get; init; } = "";

    /// <summary>Five fields, UTC: when it begins.</summary>
    public string Cron { get; init; } = "";

    /// <summary>How long it lasts each time.</summary>
    public double Minutes { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    /// <summary>What is wrong with it; empty when nothing is.</summary>
    public string Problem()
    {
        if (Name.Length == 0)
            return "Name is empty; the refusal names the window by it.";
        if (Cron.Length == 0)
            return From < To ? "" : "set Cron and Minutes, or From and a later To.";
        if (From is not null || To is not null)
            return "Cron does not go with From and To.";
        if (Minutes is not (> 0 and <= 31 * 24 * 60))
            return "Minutes says how long the window lasts each time: above 0, at most 31 days.";
        return CronExpression.TryParse(Cron, out _) ? "" : $"Cron \"{Cron}\" is not a cron expression of five fields.";
    }

    /// <summary>When the window that <paramref name="now"/> falls into ends; null outside.</summary>
    public DateTimeOffset? EndAt(DateTimeOffset now)
    {
        if (Cron.Length == 0)
            return now >= From && now < To ? To : null;
        var length = TimeSpan.FromMinutes(Minutes);
        var begun = CronExpression.Parse(Cron).GetOccurrences((now - length).UtcDateTime, now.UtcDateTime, fromInclusive: false, toInclusive: true);
        DateTime? last = null;
        foreach (var begin in begun)
            last = begin;
        return last is { } at ? new DateTimeOffset(at) + length : null;
    }
}
