using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Drift;

/// <summary>
/// Which of a host's metrics moves with the latency: both residualised on load, hours, days, deploys and processes, and
/// correlated (partial correlation, Yule 1907).
/// </summary>
internal static class CoMovement
{
    // Metrics are sampled with the latency; a lead beyond six bins is another story.
    private const int MostLead = 6;
    private const int LeastRows = 14;

    /// <summary>Correlation and lead of each metric, in the metrics' order; NaN where there is too little.</summary>
    /// <param name="fit">Settled on the panel.</param>
    public static (double Correlation, int Lead)[] Of(PanelFit fit, SeriesPanel panel, AgeBins bins, MetricBins metrics)
    {
        var y = fit.Residual(panel, fit.Latency.ToArray());
        var found = new (double, int)[metrics.Names.Count];
        for (var m = 0; m < found.Length; m++)
            found[m] = Log(panel, bins, metrics, m) is { } column ? Best(fit.Residual(panel, column), y, fit.Weights) : (double.NaN, 0);
        return found;
    }

    /// <summary>A metric's logarithm in the panel's rows, less its mean; null where there is too little of it.</summary>
    // Rows without the metric take its mean, which moves with nothing; with fewer than 9 in 10 rows there is no telling.
    public static double[]? Log(SeriesPanel panel, AgeBins bins, MetricBins metrics, int metric)
    {
        var column = new double[panel.Count];
        double sum = 0;
        var have = 0;
        for (var i = 0; i < column.Length; i++)
        {
            var row = panel.Rows[i];
            var at = metrics.Find(bins.Processes[bins.Process[row]].StartedAt, bins.Numbers[row]);
            column[i] = at >= 0 && metrics.Means[metric][at] > 0 ? Math.Log(metrics.Means[metric][at]) : double.NaN;
            if (double.IsNaN(column[i]))
                continue;
            sum += column[i];
            have++;
        }

        if (have < LeastRows || have < 0.9 * column.Length)
            return null;
        for (var i = 0; i < column.Length; i++)
            column[i] = double.IsNaN(column[i]) ? 0 : column[i] - (sum / have);
        return column;
    }

    private static (double Correlation, int Lead) Best(double[] metric, double[] y, ReadOnlySpan<double> weights)
    {
        var at = Correlation(metric, y, weights, 0);
        var (best, lead) = (at, 0);
        for (var shift = -MostLead; shift <= MostLead; shift++)
        {
            // A lead must be plain to be told: residuals of neighbouring bins are much alike.
            var shifted = Correlation(metric, y, weights, shift);
            if (Math.Abs(shifted) > Math.Abs(best) + 0.02)
                (best, lead) = (shifted, shift);
        }

        return (at, lead);
    }

    private static double Correlation(double[] metric, double[] y, ReadOnlySpan<double> weights, int lead)
    {
        double xx = 0, yy = 0, xy = 0;
        for (var i = Math.Max(0, lead); i < y.Length && i - lead < y.Length; i++)
        {
            var x = metric[i - lead];
            xx += weights[i] * x * x;
            yy += weights[i] * y[i] * y[i];
            xy += weights[i] * x * y[i];
        }

        return xx > 0 && yy > 0 ? xy / Math.Sqrt(xx * yy) : double.NaN;
    }
}
