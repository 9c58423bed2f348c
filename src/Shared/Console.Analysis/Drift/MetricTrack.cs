using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Drift;

/// <summary>
/// How well one metric of the host stands in for process age: the t statistic of the latency's regression on it, less that on the best plain age shape, both
/// beside all nuisance terms. Whatever leaks drives both, at each process's own rate, so under drift the metric explains at least as much as age does; a
/// warm-up, a leak without effect and noise that goes along with age explain less.
/// </summary>
/// <param name="Name">The metric's name.</param>
/// <param name="Surplus">t of the metric less t of age.</param>
internal readonly record struct MetricTrack(string Name, double Surplus)
{
    // Bins on either side over which a metric is smoothed.
    private const int Near = 4;

    private const int Load = 6;

    /// <summary>One for each metric that has enough bins.</summary>
    /// <param name="fit">Settled on the panel.</param>
    public static IReadOnlyList<MetricTrack> Of(PanelFit fit, SeriesPanel panel, AgeBins bins, MetricBins metrics)
    {
        var age = Enum.GetValues<AgeShape>().Max(shape => fit.Statistic(panel, [.. panel.Age.Select(a => AgeShapes.At(shape, a))]));
        var tracks = new List<MetricTrack>();
        for (var m = 0; m < metrics.Names.Count; m++)
        {
            // What is asked for is no state of the process.
            if (metrics.Names[m] != RequestMix.Name && CoMovement.Log(panel, bins, metrics, m) is { } log)
                tracks.Add(new(metrics.Names[m], fit.Statistic(panel, Column(fit, panel, log)) - age));
        }

        return tracks;
    }

    /// <summary>
    /// A metric as latency may rise with it: smoothed and without load, its logarithm where latency is a power of it, the metric itself where it is in
    /// proportion to what was added; the one that says more.
    /// </summary>
    /// <param name="fit">Settled on the panel.</param>
    /// <param name="log">The metric's logarithm; n of them.</param>
    public static double[] Column(PanelFit fit, SeriesPanel panel, double[] log)
    {
        var smooth = Smooth(panel, WithoutLoad(fit, panel, log));
        var level = Array.ConvertAll(smooth, Math.Exp);
        return fit.Statistic(panel, smooth) > fit.Statistic(panel, level) ? smooth : level;
    }

    // Open files and goroutines go with the load, which is no state of the process either.
    private static double[] WithoutLoad(PanelFit fit, SeriesPanel panel, double[] log)
    {
        var part = fit.Coefficients(panel, log);
        var rest = new double[log.Length];
        for (var i = 0; i < rest.Length; i++)
        {
            var x = panel.X.AsSpan((i * SeriesPanel.Dense) + Load, 2);
            rest[i] = log[i] - (part[Load] * x[0]) - (part[Load + 1] * x[1]);
        }

        return rest;
    }

    // A line through the bins near by, of the same process: unlike a mean, it is not flatter at a process's ends.
    private static double[] Smooth(SeriesPanel panel, double[] log)
    {
        var smooth = new double[log.Length];
        for (var i = 0; i < log.Length; i++)
        {
            double n = 0, x = 0, y = 0, xx = 0, xy = 0;
            for (var j = Math.Max(0, i - Near); j <= Math.Min(log.Length - 1, i + Near); j++)
            {
                if (panel.Process[j] != panel.Process[i])
                    continue;
                var d = panel.Age[j] - panel.Age[i];
                (n, x, y, xx, xy) = (n + 1, x + d, y + log[j], xx + (d * d), xy + (d * log[j]));
            }

            var spread = xx - (x * x / n);
            smooth[i] = (y / n) - (spread > 1e-9 ? (xy - (x * y / n)) / spread * x / n : 0);
        }

        return smooth;
    }
}
