using System.Collections.Concurrent;

namespace FleetConsole.Server.Features.Captures.Rules;

/// <summary>A firing that was not let through, or that took nothing.</summary>
internal sealed record RuleRefusal(string Host, DateTimeOffset At, string Why);

/// <summary>The last refusal of each rule. Not kept: what still refuses a rule does so again at the next look.</summary>
internal sealed class RuleRefusals
{
    private readonly ConcurrentDictionary<string, RuleRefusal> _last = new(StringComparer.Ordinal);

    public void Note(string rule, RuleRefusal refusal) => _last[rule] = refusal;

    /// <returns>Null when the rule was never refused.</returns>
    public RuleRefusal? Last(string rule) => _last.GetValueOrDefault(rule);
}
