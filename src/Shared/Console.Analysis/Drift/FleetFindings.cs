using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Drift;

/// <summary>Describes the series of a fleet whose scores call for it.</summary>
internal static class FleetFindings
{
    /// <returns>One for each fit; null where the score is too small for anything to come of it.</returns>
    public static SeriesFinding?[] Drafts(
        IReadOnlyList<DriftFit> fits, DriftScore[] scores, IReadOnlyDictionary<HostId, MetricBins> metrics, DriftOptions options)
    {
        var drafts = new SeriesFinding?[fits.Count];
        Parallel.For(0, drafts.Length, i =>
        {
            if (fits[i].Bins >= options.LeastBins && scores[i].Score >= RestartEvidence.LeastScore)
                drafts[i] = SeriesFinding.Of(fits[i], scores[i], metrics.GetValueOrDefault(fits[i].Series.Host), options);
        });
        return drafts;
    }

    /// <param name="fits">One for each series.</param>
    /// <param name="pools">What they have in common.</param>
    /// <param name="drafts">One for each fit.</param>
    /// <param name="scores">With what restarts and metrics say.</param>
    /// <returns>One for each fit; null where the score is below the level of suspicion.</returns>
    public static DriftFinding?[] Of(
        IReadOnlyList<DriftFit> fits,
        FleetPools pools,
        SeriesFinding?[] drafts,
        DriftScore[] scores,
        DriftLevels levels,
        DriftOptions options)
    {
        drafts = [.. drafts.Select((draft, i) => scores[i].Score >= levels.Suspected ? draft : null)];
        var ranking = Rank(drafts, scores);
        var hosts = fits.Where(f => f.Bins >= options.LeastBins).ToLookup(f => f.Series.Method, StringComparer.Ordinal);
        var findings = new DriftFinding?[drafts.Length];
        Parallel.For(0, findings.Length, i =>
        {
            if (drafts[i] is not { } draft)
                return;
            var byShape = FleetScores.LogRatioP99(fits[i], i, scores[i], pools, options.RatioAge);
            findings[i] = draft.Finish(scores[i].Score, levels, ranking) with
            {
                AgainstFleet = Against(fits[i], scores[i], hosts[fits[i].Series.Method], options),
                RatioP99 = Math.Exp(draft.LogRatioP99(byShape)),
            };
        });
        return findings;
    }

    // Every finding's correlations, as Fisher z, weighted by the surplus of its score over what anybody has.
    private static Dictionary<string, double> Rank(SeriesFinding?[] drafts, DriftScore[] scores)
    {
        var sums = new Dictionary<string, (double Sum, double Weight)>(StringComparer.Ordinal);
        for (var i = 0; i < drafts.Length; i++)
        {
            foreach (var metric in drafts[i]?.CoMoving ?? [])
            {
                var (sum, weight) = sums.GetValueOrDefault(metric.Name);
                var w = Math.Max(scores[i].Score, 0.1);
                sums[metric.Name] = (sum + (w * Math.Atanh(Math.Clamp(metric.Correlation, -0.999, 0.999))), weight + w);
            }
        }

        return sums.ToDictionary(s => s.Key, s => s.Value.Sum / s.Value.Weight, StringComparer.Ordinal);
    }

    // The method's level on this host over that on all other hosts, whether they have a finding or not, by the quantile and
    // shape of this one's evidence; each host with its own rise, drawn to none as far as it is unknown.
    private static Estimate? Against(DriftFit fit, DriftScore score, IEnumerable<DriftFit> hosts, DriftOptions options)
    {
        var own = fit.Level(score.Quantile);
        var (levels, variances) = (new List<double>(), new List<double>());
        foreach (var other in hosts)
        {
            if (ReferenceEquals(other, fit) || other.Effect(new(score.Quantile, AgeSpan.Whole, score.Shape)) is not { } effect)
                continue;
            var variance = effect.DataVariance + effect.PriorVariance;
            var rise = effect.Coefficient * FleetScores.PriorVariance / (FleetScores.PriorVariance + variance);
            levels.Add(other.Level(score.Quantile).At(score.Shape, rise, options.RatioAge));
            variances.Add(other.Level(score.Quantile).Variance);
        }

        if (levels.Count == 0)
            return null;
        var (mean, error) = RandomEffects.Pool([.. levels], [.. variances]);
        var difference = own.At(score.Shape, score.Coefficient, options.RatioAge) - mean;
        return Estimate.Normal(difference, Math.Sqrt(own.Variance + (error * error))).Map(Math.Exp);
    }
}
