using FleetConsole.Analysis.Drift;
using SeriesVerdict = FleetConsole.Analysis.Drift.SeriesVerdict;

namespace FleetConsole.Server.Features.Findings;

/// <summary>The series of one look that drift for one reason: what moves with them.</summary>
/// <param name="Metric">The metric that moves with them; empty when none does.</param>
/// <param name="Confirmed">At least one of them drifts beyond suspicion.</param>
/// <param name="Series">The series, the strongest first.</param>
/// <param name="Judged">Every series that could be judged.</param>
internal sealed record DriftCause(string Metric, bool Confirmed, IReadOnlyList<(SeriesVerdict Series, DriftFinding Finding)> Series, IReadOnlyList<SeriesVerdict> Judged)
{
    // A partial correlation below this explains less than a tenth of what moves, and names no cause.
    private const double LeastCorrelation = 0.3;

    public DriftFinding Strongest => Series[0].Finding;

    /// <summary>One cause a metric: a server that leaks is one finding on all its methods, not one a method.</summary>
    public static IReadOnlyList<DriftCause> Of(FleetDriftReport report)
    {
        var judged = report.Series.Where(s => s.Verdict is not DriftVerdict.NotEnoughData).ToList();
        return
        [
            .. judged.Select(s => (Series: s, Finding: FindingOf(s.Verdict))).Where(s => s.Finding is not null)
                .GroupBy(s => MetricOf(s.Finding!), StringComparer.Ordinal)
                .Select(cause => new DriftCause(
                    cause.Key, cause.Any(s => s.Series.Verdict is DriftVerdict.Drifting),
                    [.. cause.Select(s => (s.Series, s.Finding!)).OrderByDescending(s => s.Item2.Evidence.Score)], judged)),
        ];
    }

    public static string MetricOf(DriftFinding finding) => Moving(finding).FirstOrDefault() ?? "";

    /// <summary>The metrics that do move with it, the closest first.</summary>
    public static IEnumerable<string> Moving(DriftFinding finding) =>
        finding.CoMoving.Where(m => Math.Abs(m.Correlation) >= LeastCorrelation).Select(m => m.Name);

    private static DriftFinding? FindingOf(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Drifting drifting => drifting.Finding,
        DriftVerdict.Suspected suspected => suspected.Finding,
        _ => null,
    };
}
