using FleetConsole.Analysis.Fleet;
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
    private readonly Range _lasts;

    private SeriesFinding(DriftFit fit, DriftScore score, MetricBins? metrics, DriftOptions options)
    {
        (_fit, _score, _options) = (fit, score, options);
        var bins = fit.Series.Bins;
        _panel = new(bins, fit.Span, options);
        var model = Settled();
        _byProcess = model.ByProcess(_panel, score.Shape);
        (Tracks, CoMoving) = metrics is null ? ([], []) : (MetricTrack.Of(model, _panel, bins, metrics), Compare(model, metrics));
        var weights = model.Weights;
        _sawtooth = Sawtooth.Of(_panel, _byProcess, weights, score.Shape, score.Coefficient);
        _base = fit.Level(score.Quantile).At(score.Shape, score.Coefficient, 0);
        var end = DriftEnd.Of(_panel, _byProcess, weights, score);
        _lasts = DriftEnd.First(_panel, _byProcess, weights, score, end ?? _panel.Count)..(end ?? _panel.Count);
        _ended = end is { } row ? Ended(row) : null;
        var (from, to) = (_panel.Ends[_lasts.Start.Value], end is { } last ? _panel.Ends[last] : double.PositiveInfinity);
        Falls = [.. Sawtooth.Falls(_panel, _byProcess, weights, score.Shape).Where(f => f.At > from && f.At <= to)];
    }

    /// <summary>Restarts from the drift's first process to the one that ended it.</summary>
    public IReadOnlyList<RestartFall> Falls { get; }

    /// <summary>How well the host's metrics stand in for age.</summary>
    public IReadOnlyList<MetricTrack> Tracks { get; }

    /// <summary>The host's metrics that there is enough of, and how each moves with the latency; without the fleet's word.</summary>
    public IReadOnlyList<CoMovingMetric> CoMoving { get; }

    public static SeriesFinding Of(DriftFit fit, DriftScore score, MetricBins? metrics, DriftOptions options) => new(fit, score, metrics, options);

    /// <summary>What <see cref="InterpolatedRise"/> says; log latency, the shape's own word where it says nothing.</summary>
    /// <param name="byShape">Log ratio of the p99 by the age shape.</param>
    public double LogRatioP99(double byShape)
    {
        PanelFit.Mine.Settle(_panel, _fit.Series.Bins.LogP99, DriftFit.HalfWeight(LatencyQuantile.P99));
        return InterpolatedRise.Of(PanelFit.Mine, _panel, _lasts, _score.Shape, byShape, _options.RatioAge) ?? byShape;
    }

    /// <param name="score">Evidence with what restarts add to it.</param>
    public DriftFinding Finish(double score, DriftLevels levels, Dictionary<string, double> ranking)
    {
        var ratio = Ratio();
        var seconds = Math.Exp(_base);
        var hours = _options.RatioAge * _options.BinSeconds / 3600;
        var bins = _fit.Series.Bins;
        var process = bins.Processes[_panel.ProcessIndex[_panel.Process[_lasts.Start.Value]]];
        return new(
            ratio,
            ratio.Map(r => seconds * 1000 * (r - 1) / hours),
            ratio.Map(r => (r - 1) * 100 * 24 / hours),
            seconds,
            DriftEnd.OnsetAge(_panel, _byProcess, _score) * _options.BinSeconds,
            Math.Max(process.StartedAt, bins.Ends[0]),
            process,
            _sawtooth,
            new(score, levels.Suspected, levels.Drifting, _score.Quantile, _score.Span, _score.Shape, _score.Level,
                _score.Coefficient, _score.Error, _panel.Count, _options),
            [.. CoMoving.Select(c => c with { FleetScore = ranking[c.Name] }).OrderByDescending(c => c.FleetScore)],
            _ended);
    }

    private IReadOnlyList<CoMovingMetric> Compare(PanelFit settled, MetricBins metrics) =>
        [.. CoMovement.Of(settled, _panel, _fit.Series.Bins, metrics)
            .Select((c, m) => new CoMovingMetric(metrics.Names[m], c.Correlation, c.Lead, 0))
            .Where(c => double.IsFinite(c.Correlation))];

    private PanelFit Settled()
    {
        var bins = _fit.Series.Bins;
        PanelFit.Mine.Settle(_panel, _score.Quantile == LatencyQuantile.P99 ? bins.LogP99 : bins.LogP50, DriftFit.HalfWeight(_score.Quantile));
        return PanelFit.Mine;
    }

    private Estimate Ratio()
    {
        var unit = AgeShapes.At(_score.Shape, _options.RatioAge);
        return Estimate.Normal(_score.Coefficient * unit, _score.Error * unit).Map(Math.Exp);
    }

    private DriftEnded Ended(int row)
    {
        return new(_panel.Ends[row - 1], Process(row - 1).Version, Process(row));

        ProcessIncarnation Process(int r) => _fit.Series.Bins.Processes[_panel.ProcessIndex[_panel.Process[r]]];
    }
}
