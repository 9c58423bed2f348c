namespace FleetConsole.Analysis.Drift;

/// <summary>Which series lent each other strength.</summary>
public enum PoolLevel
{
    /// <summary>None: the series alone.</summary>
    Own,

    /// <summary>The same method on all hosts.</summary>
    Method,

    /// <summary>All methods of the same host.</summary>
    Host,

    /// <summary>The whole fleet.</summary>
    Fleet,
}

/// <summary>The strongest evidence for drift in one series.</summary>
/// <param name="Score">Normal score; <see cref="None"/> when nothing rises enough.</param>
/// <param name="Coefficient">Rise of log latency for one unit of the shape.</param>
/// <param name="Error">Its standard error.</param>
internal readonly record struct DriftScore(
    double Score, double Coefficient, double Error, LatencyQuantile Quantile, AgeSpan Span, AgeShape Shape, PoolLevel Level)
{
    /// <summary>Score of a series in which nothing rises enough.</summary>
    public const double None = -9;

    public double LogRatio(double age) => Coefficient * AgeShapes.At(Shape, age);
}

/// <summary>Scores of all series of a fleet: for each the best of quantiles, spans, shapes and pools.</summary>
internal static class FleetScores
{
    private static readonly PoolLevel[] Pooled = [PoolLevel.Method, PoolLevel.Host, PoolLevel.Fleet];

    // A series alone has nothing to hold its outliers against; measured on generated fleets, .3 evens the levels out.
    private const double OwnHandicap = 0.3;

    // A rise of 5 % over the ages that a series reaches is not worth anybody's attention, however certain.
    public const double LeastRise = 0.0488;

    private const double SmallRise = 0.02;
    private const double SmallRiseHandicap = 1;
    private const double PlainRise = 0.08;

    // Prior of a drift's coefficient: normal around none; a factor of 4.5 in a day of bins is one standard deviation.
    public const double PriorVariance = 1.5 * 1.5;

    public static DriftScore[] Of(IReadOnlyList<DriftFit> fits, FleetPools pools)
    {
        var best = new DriftScore[fits.Count];
        Parallel.For(0, best.Length, i => best[i] = Best(fits[i], i, pools));
        return best;
    }

    /// <summary>The best evidence of a whole group's common effect.</summary>
    /// <param name="members">The group's series.</param>
    public static DriftScore OfGroup(FleetPools pools, PoolLevel level, string name, IReadOnlyList<DriftFit> members)
    {
        var best = Nothing with { Level = level };
        for (var v = 0; v < AgeView.All.Count; v++)
        {
            var view = AgeView.All[v];
            if (pools.Of(level, name, v) is { } pool)
                Try(ref best, Blank(view, level), pool.Mean, pool.Variance, pool.DegreesOfFreedom, AgeShapes.At(view.Shape, members.Average(m => m.ReachIn(view.Span))), 0);
        }

        return best;
    }

    /// <summary>
    /// Log ratio of the p99 at an age over age 0: the mean of what the strongest evidence says, whose quantile it may be, and
    /// of what the p99 says by the same span and shape, drawn to the fleet's. Either alone was 7 % further off on generated fleets.
    /// </summary>
    public static double LogRatioP99(DriftFit fit, int series, in DriftScore score, FleetPools pools, double age)
    {
        var view = new AgeView(LatencyQuantile.P99, score.Span, score.Shape);
        if (fit.Effect(view) is not { } own)
            return score.LogRatio(age);
        var (mean, variance) = (own.Coefficient, own.DataVariance + own.PriorVariance);
        if (pools.Of(PoolLevel.Fleet, series, view.Index) is { } fleet)
            (mean, variance) = Posterior(mean, variance, fleet);
        return (score.LogRatio(age) + (mean * Kept(variance) * AgeShapes.At(score.Shape, age))) / 2;
    }

    private static DriftScore Best(DriftFit fit, int series, FleetPools pools)
    {
        var best = Nothing;
        for (var v = 0; v < AgeView.All.Count; v++)
        {
            var view = AgeView.All[v];
            if (fit.Effect(view) is not { } own)
                continue;
            var reach = AgeShapes.At(view.Shape, fit.ReachIn(view.Span));
            Try(ref best, Blank(view, PoolLevel.Own), own.Coefficient, own.DataVariance + own.PriorVariance, own.DegreesOfFreedom, reach, OwnHandicap);
            foreach (var level in Pooled)
                TryPool(ref best, Blank(view, level), own, pools.Of(level, series, v), reach);
        }

        return best;
    }

    private static DriftScore Nothing => new(DriftScore.None, 0, 0, default, default, default, default);

    private static DriftScore Blank(AgeView view, PoolLevel level) => new(0, 0, 0, view.Quantile, view.Span, view.Shape, level);

    // Empirical Bayes: the series' own estimate and what its group has in common, each by its precision.
    private static void TryPool(ref DriftScore best, DriftScore blank, AgeEffect own, EffectPool? pool, double reach)
    {
        if (pool is not { } group)
            return;
        var variance = own.DataVariance + own.PriorVariance;
        var (mean, posterior) = Posterior(own.Coefficient, variance, group);
        Try(ref best, blank, mean, Math.Max(posterior, Math.Min(variance, group.Variance)), Math.Max(group.DegreesOfFreedom, own.DegreesOfFreedom), reach, 0);
    }

    private static (double Mean, double Variance) Posterior(double coefficient, double variance, in EffectPool group)
    {
        var common = group.Between + group.Variance;
        var precision = (1 / variance) + (1 / common);
        return (((coefficient / variance) + (group.Mean / common)) / precision, 1 / precision);
    }

    // What is told is shrunk towards no drift: where a series says nothing, its coefficient may be anything.
    private static double Kept(double variance) => PriorVariance / (PriorVariance + variance);

    private static void Try(
        ref DriftScore best, DriftScore blank, double coefficient, double variance, double freedom, double reach, double handicap)
    {
        var error = Math.Sqrt(variance);
        var rise = coefficient * reach;
        // The normal score of t is smaller than t, so most candidates need no tail probability.
        if (!(rise >= LeastRise) || (coefficient / error) - handicap <= best.Score)
            return;
        var score = AgainstSmallRise(StudentScore.ToNormal(coefficient / error, freedom) - handicap, rise);
        if (!(score > best.Score))
            return;
        var kept = Kept(variance);
        best = blank with { Score = score, Coefficient = coefficient * kept, Error = error * Math.Sqrt(kept) };
    }

    // An interval null hypothesis (Berger and Delampady 1987): not "is there any rise" but "is it more than a little". Small
    // rises are what common noise and odd hours make; a large one may be called on less certainty. Either of two questions
    // will do: more than 2 %, and surely; or more than 8 %. Both chosen on generated fleets, see docs/drift.md.
    private static double AgainstSmallRise(double score, double rise) =>
        Math.Max((score * (1 - (SmallRise / rise))) - SmallRiseHandicap, score * (1 - (PlainRise / rise)));
}
