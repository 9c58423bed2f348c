using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Features.Captures.Rules;

/// <summary>The rules, what they see now and saw before, and when they fired. Firings are commands in the database, so they outlive the console.</summary>
internal sealed class CaptureRuleBook(
    IOptions<CaptureRulesOptions> options, PromQl promQl, MetricNames names, PrometheusClient prometheus, IDbContextFactory<ConsoleDb> databases, TimeProvider time)
{
    // Prometheus answers 11,000 points a series at most, and a chart of a week needs no more than these.
    private const int MostSteps = 2000;
    private static readonly TimeSpan LeastStep = TimeSpan.FromMinutes(1);

    public IReadOnlyList<CaptureRule> Rules { get; } = [.. options.Value.Rules.Select(rule => CaptureRule.Of(rule, promQl, names))];

    public TimeSpan Pace { get; } = TimeSpan.FromSeconds(options.Value.PollSeconds);

    /// <summary>Who a rule is in the audit trail.</summary>
    public static string UserOf(string rule) => $"rule {rule}";

    /// <summary>The hosts on which the rule's condition holds now, whatever the limits say.</summary>
    /// <exception cref="PrometheusException">They cannot be asked for.</exception>
    public async Task<IReadOnlyList<Firing>> NowAsync(CaptureRule rule, CancellationToken cancellationToken) =>
        Holding(rule, await prometheus.QueryAsync(rule.Expression, cancellationToken));

    /// <summary>What the rule sees now, and why it cannot fire where it cannot.</summary>
    /// <exception cref="PrometheusException">It cannot be told.</exception>
    public async Task<RuleSight> SeeAsync(CaptureRule rule, CancellationToken cancellationToken)
    {
        if (rule.Problem.Length > 0)
            return new($"It can never fire. {rule.Problem}", 0, []);
        var atAnyAge = await prometheus.QueryAsync(rule.AtAnyAge, cancellationToken);
        if (atAnyAge.Count == 0 && await UnknownAsync(rule, cancellationToken) is { } unknown)
        {
            return new($"It cannot fire: Prometheus has no metric {unknown} now. "
                + (unknown.StartsWith("fleetconsole_", StringComparison.Ordinal) ? "Have it scrape the console's metrics address." : "Is the name right?"), 0, []);
        }

        if (atAnyAge.Count > 0 && atAnyAge.All(series => series[names.HostLabel].Length == 0))
            return new($"It cannot fire: its samples lack the label {names.HostLabel}, which names the host. Keep it, as sum by ({names.HostLabel}) (...) does.", atAnyAge.Count, []);
        var now = rule.Expression == rule.AtAnyAge ? atAnyAge : await prometheus.QueryAsync(rule.Expression, cancellationToken);
        return new("", now.Count, Holding(rule, now));
    }

    private List<Firing> Holding(CaptureRule rule, IEnumerable<Series> samples)
    {
        var now = time.GetUtcNow();
        return [.. samples.Where(series => series[names.HostLabel].Length > 0 && series.Last > rule.Options.Above).Select(series => new Firing(series[names.HostLabel], now, series.Last))];
    }

    // Of two with an "or" between them one is enough.
    private async Task<string?> UnknownAsync(CaptureRule rule, CancellationToken cancellationToken)
    {
        if (rule.Metrics.Count == 0)
            return null;
        var known = await prometheus.QueryAsync($"count by (__name__) ({{__name__=~{PromQl.OneOf(rule.Metrics)}}})", cancellationToken);
        var unknown = rule.Metrics.Except(known.Select(series => series["__name__"]), StringComparer.Ordinal).ToList();
        return known.Count > 0 && rule.Expression.Contains(" or ", StringComparison.Ordinal) ? null : unknown.FirstOrDefault();
    }

    /// <summary>The rule's firings as far back as they matter to its limits. One that has not ended counts as one that took something.</summary>
    public async Task<IReadOnlyList<Firing>> FiredAsync(CaptureRule rule, CancellationToken cancellationToken)
    {
        var (user, since) = (UserOf(rule.Name), time.GetUtcNow() - FiringLimits.Memory(rule.Options));
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Commands.AsNoTracking().Where(c => c.RequestedBy == user && c.RequestedAt > since)
            .Select(c => new { c.Host, c.RequestedAt, c.IdempotencyKey, c.EndedAt, c.Phase }).ToListAsync(cancellationToken);

        // One firing may take several captures, whose keys differ in their last part.
        return [.. rows.GroupBy(row => row.IdempotencyKey[..row.IdempotencyKey.LastIndexOf('-')])
            .Select(firing => new Firing(firing.First().Host, firing.Min(row => row.RequestedAt), double.NaN, firing.All(row => row.EndedAt is not null && row.Phase != Contracts.V1.CommandPhase.Succeeded)))];
    }

    /// <summary>What would have fired between two moments.</summary>
    /// <returns>The firings, and how far apart the looks were.</returns>
    /// <exception cref="PrometheusException">The past cannot be asked for.</exception>
    public async Task<(IReadOnlyList<Firing> Firings, TimeSpan Step)> ReplayAsync(CaptureRule rule, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var step = TimeSpan.FromSeconds(Math.Max(LeastStep.TotalSeconds, Math.Ceiling((to - from).TotalSeconds / MostSteps)));
        var series = await prometheus.QueryRangeAsync(rule.Expression, from, to, step, cancellationToken);
        var samples = series.Where(one => one[names.HostLabel].Length > 0)
            .SelectMany(one => one.Times.Zip(one.Values, (at, value) => new Firing(one[names.HostLabel], DateTimeOffset.FromUnixTimeMilliseconds((long)(at * 1000)), value)))
            .OrderBy(sample => sample.At);
        return (FiringLimits.Replay(rule.Options, samples), step);
    }
}

/// <summary>What a rule sees.</summary>
/// <param name="Problem">Why it cannot fire; empty when it could.</param>
/// <param name="Samples">How many samples its query has now.</param>
/// <param name="Holds">Where its condition holds now.</param>
internal sealed record RuleSight(string Problem, int Samples, IReadOnlyList<Firing> Holds);
