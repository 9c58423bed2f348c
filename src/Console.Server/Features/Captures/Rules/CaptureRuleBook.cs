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
    public async Task<IReadOnlyList<Firing>> NowAsync(CaptureRule rule, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return [.. (await prometheus.QueryAsync(rule.Expression, cancellationToken))
            .Where(series => series[names.HostLabel].Length > 0 && series.Last > rule.Options.Above)
            .Select(series => new Firing(series[names.HostLabel], now, series.Last))];
    }

    /// <summary>Why the rule can never fire; empty when it could.</summary>
    /// <exception cref="PrometheusException">It cannot be told.</exception>
    public async Task<string> WhyNeverAsync(CaptureRule rule, CancellationToken cancellationToken)
    {
        if (rule.Problem.Length > 0)
            return $"It can never fire. {rule.Problem}";
        return (await prometheus.QueryAsync(rule.Probe, cancellationToken)).Count > 0
            ? ""
            : $"It cannot fire: Prometheus has no series now for {rule.Probe["count(".Length..^1]}."
                + (rule.Probe.Contains("fleetconsole_", StringComparison.Ordinal) ? " Have Prometheus scrape the console's metrics address." : " Is the metric's name right?");
    }

    /// <summary>The rule's firings of the last day.</summary>
    public async Task<IReadOnlyList<Firing>> FiredAsync(CaptureRule rule, CancellationToken cancellationToken)
    {
        var (user, since) = (UserOf(rule.Name), time.GetUtcNow() - TimeSpan.FromDays(1));
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Commands.AsNoTracking().Where(c => c.RequestedBy == user && c.RequestedAt > since)
            .Select(c => new { c.Host, c.RequestedAt, c.IdempotencyKey }).ToListAsync(cancellationToken);

        // One firing may take several captures, whose keys differ in their last part.
        return [.. rows.GroupBy(row => row.IdempotencyKey[..row.IdempotencyKey.LastIndexOf('-')])
            .Select(firing => new Firing(firing.First().Host, firing.Min(row => row.RequestedAt), double.NaN))];
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
