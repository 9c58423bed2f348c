namespace FleetConsole.Analysis.Drift;

/// <summary>
/// One series' age effects, before the fleet is looked at. Depends on that series alone, so that a caller may make them on
/// all its processors and keep those of series that have not changed.
/// </summary>
public sealed record DriftFit
{
    // Half weights: a p99 of 300 requests rests on 3, a median of 20 on 10.
    private const double HalfWeightP99 = 300;
    private const double HalfWeightP50 = 20;

    private DriftFit(DriftSeries series, FitSpan span, int bins) => (Series, Span, Bins) = (series, span, bins);

    /// <summary>The series.</summary>
    public DriftSeries Series { get; private init; }

    /// <summary>Number of bins that counted.</summary>
    public int Bins { get; }

    /// <summary>Which bins counted.</summary>
    internal FitSpan Span { get; private init; }

    /// <summary>Age that the series reaches: the 95th percentile of its bins' ages, 48 at most. In bins.</summary>
    internal double Reach { get; private init; }

    /// <summary>The same of the newest version's bins. In bins.</summary>
    internal double NewestReach { get; private init; }

    internal AgeEffect?[]? P99 { get; private init; }

    internal AgeEffect?[]? P50 { get; private init; }

    internal FitLevel LevelP99 { get; private init; }

    internal FitLevel LevelP50 { get; private init; }

    /// <summary>The median's step at each deploy: it is known better than a p99's, and a step moves both.</summary>
    internal IReadOnlyList<SeriesStep> Steps { get; private init; } = [];

    /// <summary>The last regular fit, which this one is when it lasts; null when none is made.</summary>
    internal RegularFit? Regular { get; private init; }

    /// <summary>Fits one series.</summary>
    /// <param name="series">The series.</param>
    /// <param name="now">Unix seconds; later bins are not looked at.</param>
    /// <param name="options">The settings.</param>
    public static DriftFit Of(DriftSeries series, double now, DriftOptions options) => Next(null, series, now, options);

    /// <summary>
    /// The same as <see cref="Of"/> to the last digit, with less work. A series is fitted regularly, once in so many bins
    /// (<see cref="DriftOptions.RefitEvery"/>). A regular fit without a sign of drift, or with one beyond doubt, is the
    /// answer until the next; anything between is fitted anew at every look. Which it is depends on the bins and the time
    /// alone, never on earlier looks: an earlier fit only spares making the same one again.
    /// </summary>
    /// <param name="before">The series' fit at an earlier look, by the same settings; null when there is none.</param>
    /// <param name="series">The series as it is now.</param>
    /// <param name="now">Unix seconds; later bins are not looked at.</param>
    /// <param name="options">The settings.</param>
    public static DriftFit Next(DriftFit? before, DriftSeries series, double now, DriftOptions options)
    {
        if (options.RefitEvery <= 1)
            return Fit(series, FitSpan.At(now, options), options);
        var span = FitSpan.Regular(RegularFit.LastTime(series, now, options), options);
        var inputs = RegularFit.Hash(series.Bins, span.Rows(series.Bins, options));
        if (before?.Regular is { } known && known.Inputs == inputs)
            return known.Lasts ? before with { Series = series, Span = span } : Fit(series, FitSpan.At(now, options), options) with { Regular = known };
        var fit = Fit(series, span, options);
        var regular = new RegularFit(inputs, RegularFit.Suffices(fit));
        return (regular.Lasts ? fit : Fit(series, FitSpan.At(now, options), options)) with { Regular = regular };
    }

    internal AgeEffect? Effect(AgeView view) =>
        (view.Quantile == LatencyQuantile.P99 ? P99 : P50)?[((int)view.Span * AgeShapes.Count) + (int)view.Shape];

    internal double ReachIn(AgeSpan span) => span == AgeSpan.Newest ? NewestReach : Reach;

    internal FitLevel Level(LatencyQuantile quantile) => quantile == LatencyQuantile.P99 ? LevelP99 : LevelP50;

    /// <summary>The series' own ratio under a straight rise, whether or not it means anything.</summary>
    internal Estimate OwnRatio(DriftOptions options)
    {
        var effect = Effect(new(LatencyQuantile.P99, AgeSpan.Whole, AgeShape.Linear)) ?? Effect(new(LatencyQuantile.P50, AgeSpan.Whole, AgeShape.Linear));
        if (effect is null)
            return new(1, 0, double.PositiveInfinity);
        var unit = AgeShapes.At(AgeShape.Linear, options.RatioAge);
        return Estimate.Normal(effect.Coefficient * unit, Math.Sqrt(effect.DataVariance + effect.PriorVariance) * unit).Map(Math.Exp);
    }

    private static DriftFit Fit(DriftSeries series, FitSpan span, DriftOptions options)
    {
        var panel = new SeriesPanel(series.Bins, span, options);
        if (panel.Count < options.LeastBins)
            return new(series, span, panel.Count);
        var model = PanelFit.Mine;
        var p99 = model.Effects(panel, series.Bins.LogP99, HalfWeightP99, options);
        var level = model.Level(panel);
        return new(series, span, panel.Count)
        {
            Reach = ReachOf(panel.Age),
            NewestReach = ReachOf(panel.Age[panel.NewestAt..]),
            P99 = p99,
            LevelP99 = level,
            P50 = model.Effects(panel, series.Bins.LogP50, HalfWeightP50, options),
            LevelP50 = model.Level(panel),
            Steps = SeriesSteps.Of(model, panel, series.Bins),
        };
    }

    internal static double HalfWeight(LatencyQuantile quantile) => quantile == LatencyQuantile.P99 ? HalfWeightP99 : HalfWeightP50;

    private static double ReachOf(double[] ages) => Math.Min(Percentile(ages, 0.95), 48);

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
