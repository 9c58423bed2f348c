using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Drift;

/// <summary>
/// The drift detector: does latency rise with process age, host by host and method by method, and what of it does the
/// fleet have in common? docs/drift.md tells the method and what it was measured to do.
/// </summary>
public static class FleetDrift
{
    /// <summary>Judges one fleet.</summary>
    /// <param name="series">All its series.</param>
    /// <param name="metrics">Metrics by host; a host may be missing.</param>
    /// <param name="now">Unix seconds of the look; later bins are not looked at.</param>
    /// <param name="options">The settings; their bins must be those of the series.</param>
    public static FleetDriftReport Judge(
        IReadOnlyList<DriftSeries> series, IReadOnlyDictionary<HostId, MetricBins> metrics, double now, DriftOptions options) =>
        Judge([.. series.Select(s => DriftFit.Of(s, now, options))], metrics, now, options);

    /// <summary>Judges one fleet whose series have been fitted, on however many processors.</summary>
    /// <param name="fits">One for each series.</param>
    public static FleetDriftReport Judge(
        IReadOnlyList<DriftFit> fits, IReadOnlyDictionary<HostId, MetricBins> metrics, double now, DriftOptions options)
    {
        var steps = DeploySteps.Of(fits, options);
        var pools = new FleetPools(fits);
        var series = FleetScores.Of(fits, pools);
        var drafts = FleetFindings.Drafts(fits, series, metrics, options);
        var scores = MetricEvidence.Taken(fits, RestartEvidence.Added(fits, series, drafts, steps, options), drafts, options);
        var levels = DriftLevels.Of(scores.Where((_, i) => fits[i].Bins >= options.LeastBins), options);
        var findings = FleetFindings.Of(fits, pools, drafts, scores, levels, options);
        // One reset anywhere tells age from calendar for all that the fleet has in common.
        var reset = findings.Any(f => f is not null && f.Sawtooth.Resets > 0 && f.Evidence.Score >= levels.Drifting);
        var outside = FleetBand.Outside(fits, options);
        var verdicts = new SeriesVerdict[fits.Count];
        for (var i = 0; i < verdicts.Length; i++)
        {
            var verdict = Verdict(fits[i], scores[i], findings[i], levels, reset, options);
            verdicts[i] = new(fits[i].Series.Host, fits[i].Series.Method, verdict, StepBeside(verdict, steps.Largest(i))) { OutsideBand = outside[i] };
        }

        var groups = new GroupVerdicts(fits, pools, verdicts, levels, options);
        return new(now, verdicts, groups.Of(PoolLevel.Host), groups.Of(PoolLevel.Method), groups.Of(PoolLevel.Fleet).Single(), steps.All);
    }

    // Where latency rises with age, the levels of two versions differ as soon as the rise has another shape than the model's.
    private static DeployStep? StepBeside(DriftVerdict verdict, DeployStep? step) =>
        verdict is DriftVerdict.Drifting or DriftVerdict.Steady { Resolved.WasCertain: true } ? null : step;

    private static DriftVerdict Verdict(DriftFit fit, DriftScore score, DriftFinding? finding, DriftLevels levels, bool reset, DriftOptions options)
    {
        if (fit.Bins < options.LeastBins)
            return new DriftVerdict.NotEnoughData(fit.Bins, options.LeastBins);
        if (finding is null)
            return new DriftVerdict.Steady(fit.OwnRatio(options), score.Score, null);
        var certain = score.Score >= levels.Drifting && fit.Bins >= options.LeastBinsToDrift && (finding.Sawtooth.Resets > 0 || (reset && score.Level != PoolLevel.Own));
        if (finding.Ended is not null)
            return new DriftVerdict.Steady(finding.Ratio, score.Score, new(finding, certain));
        return certain ? new DriftVerdict.Drifting(finding) : new DriftVerdict.Suspected(finding);
    }
}
