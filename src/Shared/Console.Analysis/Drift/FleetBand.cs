namespace FleetConsole.Analysis.Drift;

/// <summary>
/// Hosts that differ from the others at equal age, whether latency drifts on them or not: a slow disk, a noisy neighbour. The band is the prediction interval
/// of one more host under the random-effects model of the others (DerSimonian and Laird 1986; Higgins, Thompson and Spiegelhalter 2009).
/// </summary>
internal static class FleetBand
{
    // With fewer others their spread is not known.
    private const int LeastOthers = 3;

    // Of several hundred series at a look hardly one lies beyond three standard deviations by chance.
    private const double HalfWidth = 3;

    // What is less is nobody's business, however surely it is known.
    private const double LeastLog = 0.1;

    /// <summary>p99 over that of the other hosts, at equal age, of each series that lies outside their band.</summary>
    /// <returns>One for each fit; null within the band, or where there are too few others.</returns>
    public static Estimate?[] Outside(IReadOnlyList<DriftFit> fits, DriftOptions options)
    {
        var outside = new Estimate?[fits.Count];
        var known = Enumerable.Range(0, fits.Count).Where(i => fits[i].Bins >= options.LeastBins)
            .Select(i => (Series: i, Level: LevelOf(fits[i], options), fits[i].Level(LatencyQuantile.P99).Variance)).Where(s => s.Level is not null);
        foreach (var method in known.GroupBy(s => fits[s.Series].Series.Method, StringComparer.Ordinal).Select(m => m.ToList()).Where(m => m.Count > LeastOthers))
        {
            foreach (var (series, level, variance) in method)
            {
                var others = method.Where(other => other.Series != series).ToList();
                outside[series] = Beyond(level!.Value, variance, [.. others.Select(o => o.Level!.Value)], [.. others.Select(o => o.Variance)]);
            }
        }

        return outside;
    }

    private static Estimate? Beyond(double level, double variance, double[] levels, double[] variances)
    {
        var (mean, error) = RandomEffects.Pool(levels, variances);
        var spread = Math.Sqrt(RandomEffects.BetweenVariance(levels, variances) + (error * error) + variance);
        var difference = level - mean;
        return Math.Abs(difference) > Math.Max(HalfWidth * spread, LeastLog) ? Estimate.Normal(difference, Math.Sqrt((error * error) + variance)).Map(Math.Exp) : null;
    }

    // With the series' own rise, drawn to none as far as it is unknown.
    private static double? LevelOf(DriftFit fit, DriftOptions options)
    {
        if (fit.Effect(new(LatencyQuantile.P99, AgeSpan.Whole, AgeShape.Linear)) is not { } effect)
            return null;
        var variance = effect.DataVariance + effect.PriorVariance;
        var rise = effect.Coefficient * FleetScores.PriorVariance / (FleetScores.PriorVariance + variance);
        return fit.Level(LatencyQuantile.P99).At(AgeShape.Linear, rise, options.RatioAge);
    }
}
