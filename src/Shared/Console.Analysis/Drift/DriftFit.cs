namespace FleetConsole.Analysis.Drift;

/// <summary>
/// One series' age effects, before the fleet is looked at. Depends on that series alone, so that a caller may make them on
/// all its processors and keep those of series that have not changed.
/// </summary>
public sealed class DriftFit
{
    // Half weights: a p99 of 300 requests rests on 3, a median of 20 on 10.
    private const double HalfWeightP99 = 300;
    private const double HalfWeightP50 = 20;

    private DriftFit(DriftSeries series, double now, int bins, double reach, AgeEffect?[]? p99, AgeEffect?[]? p50) =>
        (Series, Now, Bins, Reach, P99, P50) = (series, now, bins, reach, p99, p50);

    /// <summary>The series.</summary>
    public DriftSeries Series { get; }

    /// <summary>Unix seconds of the look.</summary>
    public double Now { get; }

    /// <summary>Number of bins that counted.</summary>
    public int Bins { get; }

    /// <summary>Age that the series reaches: the 95th percentile of its bins' ages, 48 at most. In bins.</summary>
    internal double Reach { get; }

    internal AgeEffect?[]? P99 { get; }

    internal AgeEffect?[]? P50 { get; }

    /// <summary>The median's step at each deploy: it is known better than a p99's, and a step moves both.</summary>
    internal IReadOnlyList<SeriesStep> Steps { get; private init; } = [];

    /// <summary>Fits one series.</summary>
    /// <param name="series">The series.</param>
    /// <param name="now">Unix seconds; later bins are not looked at.</param>
    /// <param name="options">The settings.</param>
    public static DriftFit Of(DriftSeries series, double now, DriftOptions options)
    {
        var panel = new SeriesPanel(series.Bins, now, options);
        if (panel.Count < options.LeastBins)
            return new(series, now, panel.Count, 0, null, null);
        var reach = Math.Min(Percentile(panel.Age, 0.95), 48);
        var p99 = PanelFit.Mine.Effects(panel, series.Bins.LogP99, HalfWeightP99, options);
        var p50 = PanelFit.Mine.Effects(panel, series.Bins.LogP50, HalfWeightP50, options);
        return new(series, now, panel.Count, reach, p99, p50) { Steps = SeriesSteps.Of(PanelFit.Mine, panel, series.Bins) };
    }

    internal AgeEffect? Effect(LatencyQuantile quantile, AgeSpan span, AgeShape shape) =>
        (quantile == LatencyQuantile.P99 ? P99 : P50)?[((int)span * AgeShapes.Count) + (int)shape];

    /// <summary>The series' own ratio under a straight rise, whether or not it means anything.</summary>
    internal Estimate OwnRatio(DriftOptions options)
    {
        var effect = Effect(LatencyQuantile.P99, AgeSpan.Whole, AgeShape.Linear) ?? Effect(LatencyQuantile.P50, AgeSpan.Whole, AgeShape.Linear);
        if (effect is null)
            return new(1, 0, double.PositiveInfinity);
        var unit = AgeShapes.At(AgeShape.Linear, options.RatioAge);
        return Estimate.Normal(effect.Coefficient * unit, Math.Sqrt(effect.DataVariance + effect.PriorVariance) * unit).Map(Math.Exp);
    }

    internal static double HalfWeight(LatencyQuantile quantile) => quantile == LatencyQuantile.P99 ? HalfWeightP99 : HalfWeightP50;

    // Linear between order statistics (Hyndman and Fan 1996, definition 7).
    private static double Percentile(double[] values, double q)
    {
        var sorted = (double[])values.Clone();
        Array.Sort(sorted);
        var at = q * (sorted.Length - 1);
        var below = (int)at;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (at - below));
    }
}
