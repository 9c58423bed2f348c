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
    // A series alone has nothing to hold its outliers against; measured on generated fleets, .3 evens the levels out.
    private const double OwnHandicap = 0.3;

    // A rise of 5 % over the ages that a series reaches is not worth anybody's attention, however certain.
    private const double LeastRise = 0.0488;

    private const double SmallRise = 0.02;
    private const double SmallRiseHandicap = 1;
    private const double PlainRise = 0.08;

    // Prior of a drift's coefficient: normal around none; a factor of 4.5 in a day of bins is one standard deviation.
    public const double PriorVariance = 1.5 * 1.5;

    public static DriftScore[] Of(IReadOnlyList<DriftFit> fits, DriftOptions options)
    {
        var best = new DriftScore[fits.Count];
        Array.Fill(best, new DriftScore(DriftScore.None, 0, 0, default, default, default, default));
        foreach (var quantile in Enum.GetValues<LatencyQuantile>())
        {
            foreach (var span in Enum.GetValues<AgeSpan>())
            {
                foreach (var shape in Enum.GetValues<AgeShape>())
                    Improve(best, fits, quantile, span, shape, options);
            }
        }

        return best;
    }

    /// <summary>The best evidence of a whole group's common effect.</summary>
    public static DriftScore OfGroup(IReadOnlyList<DriftFit> members, PoolLevel level, DriftOptions options)
    {
        var best = new DriftScore(DriftScore.None, 0, 0, default, default, default, level);
        var reach = members.Average(m => m.Reach);
        foreach (var quantile in Enum.GetValues<LatencyQuantile>())
        {
            foreach (var span in Enum.GetValues<AgeSpan>())
            {
                foreach (var shape in Enum.GetValues<AgeShape>())
                {
                    AgeEffect[] effects = [.. members.Select(m => m.Effect(quantile, span, shape)).OfType<AgeEffect>()];
                    if (effects.Length < EffectPool.LeastMembers)
                        continue;
                    var pool = EffectPool.Of(effects);
                    var blank = new DriftScore(0, 0, 0, quantile, span, shape, level);
                    Try(ref best, blank, pool.Mean, pool.Variance, pool.DegreesOfFreedom, AgeShapes.At(shape, reach), 0);
                }
            }
        }

        return best;
    }

    private static void Improve(
        DriftScore[] best, IReadOnlyList<DriftFit> fits, LatencyQuantile quantile, AgeSpan span, AgeShape shape, DriftOptions options)
    {
        var effects = new AgeEffect?[fits.Count];
        for (var i = 0; i < effects.Length; i++)
            effects[i] = fits[i].Effect(quantile, span, shape);
        var methods = Pools(fits, effects, f => f.Series.Method);
        var hosts = Pools(fits, effects, f => f.Series.Host.Name);
        var fleet = Pools(fits, effects, _ => "");
        for (var i = 0; i < effects.Length; i++)
        {
            if (effects[i] is not { } own)
                continue;
            var variance = own.DataVariance + own.PriorVariance;
            var blank = new DriftScore(0, 0, 0, quantile, span, shape, PoolLevel.Own);
            var reach = AgeShapes.At(shape, fits[i].Reach);
            Try(ref best[i], blank, own.Coefficient, variance, own.DegreesOfFreedom, reach, OwnHandicap);
            TryPool(ref best[i], blank with { Level = PoolLevel.Method }, own, methods.GetValueOrDefault(fits[i].Series.Method), reach);
            TryPool(ref best[i], blank with { Level = PoolLevel.Host }, own, hosts.GetValueOrDefault(fits[i].Series.Host.Name), reach);
            TryPool(ref best[i], blank with { Level = PoolLevel.Fleet }, own, fleet.GetValueOrDefault(""), reach);
        }
    }

    // Empirical Bayes: the series' own estimate and what its group has in common, each by its precision.
    private static void TryPool(ref DriftScore best, DriftScore blank, AgeEffect own, EffectPool? pool, double reach)
    {
        if (pool is not { } group)
            return;
        var variance = own.DataVariance + own.PriorVariance;
        var common = group.Between + group.Variance;
        var mean = ((own.Coefficient / variance) + (group.Mean / common)) / ((1 / variance) + (1 / common));
        var posterior = Math.Max(1 / ((1 / variance) + (1 / common)), Math.Min(variance, group.Variance));
        Try(ref best, blank, mean, posterior, Math.Max(group.DegreesOfFreedom, own.DegreesOfFreedom), reach, 0);
    }

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
        // What is told is shrunk towards no drift: where a series says nothing, its coefficient may be anything.
        var kept = PriorVariance / (PriorVariance + variance);
        best = blank with { Score = score, Coefficient = coefficient * kept, Error = error * Math.Sqrt(kept) };
    }

    // An interval null hypothesis (Berger and Delampady 1987): not "is there any rise" but "is it more than a little". Small
    // rises are what common noise and odd hours make; a large one may be called on less certainty. Either of two questions
    // will do: more than 2 %, and surely; or more than 8 %. Both chosen on generated fleets, see docs/drift.md.
    private static double AgainstSmallRise(double score, double rise) =>
        Math.Max((score * (1 - (SmallRise / rise))) - SmallRiseHandicap, score * (1 - (PlainRise / rise)));

    private static Dictionary<string, EffectPool?> Pools(IReadOnlyList<DriftFit> fits, AgeEffect?[] effects, Func<DriftFit, string> group)
    {
        var members = new Dictionary<string, List<AgeEffect>>(StringComparer.Ordinal);
        for (var i = 0; i < effects.Length; i++)
        {
            if (effects[i] is not { } effect)
                continue;
            var key = group(fits[i]);
            if (!members.TryGetValue(key, out var list))
                members[key] = list = [];
            list.Add(effect);
        }

        return members.Where(m => m.Value.Count >= EffectPool.LeastMembers)
            .ToDictionary(m => m.Key, m => (EffectPool?)EffectPool.Of(m.Value), StringComparer.Ordinal);
    }
}
