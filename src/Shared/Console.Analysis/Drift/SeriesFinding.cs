using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Drift;

/// <summary>What one series alone says of its drift.</summary>
internal sealed class SeriesFinding
{
    private readonly DriftFit _fit;
    private readonly DriftScore _score;
    private readonly DriftOptions _options;
    private readonly SeriesPanel _panel;
    private readonly double[] _byProcess;
    private readonly double _base;
    private readonly SawtoothProof _sawtooth;
    private readonly DriftEnded? _ended;
    private readonly int _first;

    private SeriesFinding(DriftFit fit, DriftScore score, MetricBins? metrics, DriftOptions options)
    {
        (_fit, _score, _options) = (fit, score, options);
        var bins = fit.Series.Bins;
        _panel = new(bins, fit.Now, options);
        var model = PanelFit.Mine;
        model.Settle(_panel, score.Quantile == LatencyQuantile.P99 ? bins.LogP99 : bins.LogP50, DriftFit.HalfWeight(score.Quantile));
        if (metrics is not null)
        {
            CoMoving = [.. CoMovement.Of(model, _panel, bins, metrics)
                .Select((c, m) => new CoMovingMetric(metrics.Names[m], c.Correlation, c.Lead, 0))
                .Where(c => double.IsFinite(c.Correlation))];
        }

        _byProcess = model.ByProcess(_panel, score.Shape);
        var weights = model.Weights;
        _sawtooth = Sawtooth.Of(_panel, _byProcess, weights, score.Shape, score.Coefficient);
        (_base, LevelError) = Intercept(weights, score.Quantile == LatencyQuantile.P99 ? bins.LogP99 : bins.LogP50);
        var end = DriftEnd.Of(_panel, _byProcess, weights, score);
        _first = DriftEnd.First(_panel, _byProcess, weights, score, end ?? _panel.Count);
        _ended = end is { } row ? Ended(row) : null;
    }

    public IReadOnlyList<CoMovingMetric> CoMoving { get; } = [];

    /// <summary>Log latency at <see cref="DriftOptions.RatioAge"/>, usual load.</summary>
    public double LevelAtRatioAge => _base + _score.LogRatio(_options.RatioAge);

    public double LevelError { get; }

    public static SeriesFinding Of(DriftFit fit, DriftScore score, MetricBins? metrics, DriftOptions options) => new(fit, score, metrics, options);

    public DriftFinding Finish(DriftLevels levels, Dictionary<string, double> ranking, Estimate? against)
    {
        var ratio = Ratio();
        var seconds = Math.Exp(_base);
        var hours = _options.RatioAge * _options.BinSeconds / 3600;
        var bins = _fit.Series.Bins;
        var process = bins.Processes[_panel.ProcessIndex[_panel.Process[_first]]];
        return new(
            ratio,
            ratio.Map(r => seconds * 1000 * (r - 1) / hours),
            ratio.Map(r => (r - 1) * 100 * 24 / hours),
            seconds,
            DriftEnd.OnsetAge(_panel, _byProcess, _score) * _options.BinSeconds,
            Math.Max(process.StartedAt, bins.Ends[0]),
            process,
            _sawtooth,
            new(_score.Score, levels.Suspected, levels.Drifting, _score.Quantile, _score.Span, _score.Shape, _score.Level,
                _score.Coefficient, _score.Error, _panel.Count, _options),
            [.. CoMoving.Select(c => c with { FleetScore = ranking[c.Name] }).OrderByDescending(c => c.FleetScore)],
            against,
            _ended);
    }

    private Estimate Ratio()
    {
        var unit = AgeShapes.At(_score.Shape, _options.RatioAge);
        return Estimate.Normal(_score.Coefficient * unit, _score.Error * unit).Map(Math.Exp);
    }

    // Of the latency as it was measured: the hours and loads that the bins had are the usual ones.
    private (double Level, double Error) Intercept(ReadOnlySpan<double> weights, float[] logs)
    {
        double sum = 0, weight = 0;
        for (var i = 0; i < _panel.Count; i++)
        {
            sum += weights[i] * (logs[_panel.Rows[i]] - (_score.Coefficient * AgeShapes.At(_score.Shape, _panel.Age[i])));
            weight += weights[i];
        }

        return (sum / weight, Math.Sqrt(1 / weight));
    }

    private DriftEnded Ended(int row)
    {
        var bins = _fit.Series.Bins;
        return new(_panel.Ends[row - 1], Version(row - 1), Version(row));

        string Version(int r) => bins.Processes[_panel.ProcessIndex[_panel.Process[r]]].Version;
    }
}
