using FleetConsole.Analysis.Latency;
using MathNet.Numerics.LinearAlgebra;

namespace FleetConsole.Analysis.Drift;

/// <summary>
/// The rise of a series' latency read off the metric that drives it. Where the metric stands at an age is known with little noise, and what the latency is
/// there is read from the bins with the metric near that value, at whatever age their own process had it: no shape is assumed, of the one or the other.
/// </summary>
internal static class MetricCurve
{
    // Of the range that the metric has gone through.
    private const double Bandwidth = 0.1;

    // Ages in bins at which the metric's rise may bend, and the prior precision of each bend against the straight line, in rows.
    private static readonly double[] Bends = [0, 6, 12, 24, 36];
    private const double BendPrecision = 9;

    // Draws the local line to a local mean where the bins lie at one place: a tenth of the bandwidth's square.
    private const double Flatness = 0.1;

    /// <summary>log latency at an age less that at age 0, and how surely the latency goes with the metric at all.</summary>
    /// <param name="fit">Settled on the panel.</param>
    /// <param name="metric">Number of the metric.</param>
    /// <param name="age">In bins.</param>
    /// <returns>null where there is too little of the metric, or no process took it as far.</returns>
    public static (double Log, double Variance)? Rise(PanelFit fit, SeriesPanel panel, AgeBins bins, MetricBins metrics, int metric, double age)
    {
        if (CoMovement.Log(panel, bins, metrics, metric) is not { } log)
            return null;
        var column = MetricTrack.Column(fit, panel, log);
        if (fit.Effect(panel, column) is not { } effect)
            return null;
        var (start, step) = ByAge(panel, column, age);
        var sorted = column.Order().ToArray();
        if (start + step > sorted[(int)(sorted.Length * 0.99)])
            return null;
        var width = Bandwidth * (sorted[(int)(sorted.Length * 0.98)] - sorted[(int)(sorted.Length * 0.02)]);
        var latency = fit.ByProcess(panel, AgeShape.Linear);
        var rise = Local(column, latency, fit.Weights, start + step, width) - Local(column, latency, fit.Weights, start, width);
        return double.IsFinite(rise) ? (rise, (effect.DataVariance + effect.PriorVariance) * step * step) : null;
    }

    // The metric at age 0, and how far it rises: least squares on a line with bends, each drawn to none.
    private static (double Start, double Step) ByAge(SeriesPanel panel, double[] column, double age)
    {
        var columns = Bends.Length + 1;
        var x = Matrix<double>.Build.Dense(panel.Count + columns, columns);
        var y = Vector<double>.Build.Dense(panel.Count + columns);
        for (var i = 0; i < panel.Count; i++)
        {
            x[i, 0] = 1;
            for (var k = 0; k < Bends.Length; k++)
                x[i, k + 1] = Math.Max(0, panel.Age[i] - Bends[k]);
            y[i] = column[i];
        }

        for (var k = 2; k < columns; k++)
            x[panel.Count + k, k] = Math.Sqrt(BendPrecision);
        var b = x.QR().Solve(y);
        return (b[0], Bends.Select((bend, k) => b[k + 1] * Math.Max(0, age - bend)).Sum());
    }

    // Local linear regression with a normal kernel (Fan and Gijbels 1996), which is not biased at the end of the range as a mean is.
    private static double Local(double[] x, double[] y, ReadOnlySpan<double> weights, double at, double width)
    {
        double w = 0, wx = 0, wxx = 0, wy = 0, wxy = 0;
        for (var i = 0; i < x.Length; i++)
        {
            var d = x[i] - at;
            var k = weights[i] * Math.Exp(-0.5 * d * d / (width * width));
            (w, wx, wxx, wy, wxy) = (w + k, wx + (k * d), wxx + (k * d * d), wy + (k * y[i]), wxy + (k * d * y[i]));
        }

        wxx += Flatness * w * width * width;
        return ((wxx * wy) - (wx * wxy)) / ((wxx * w) - (wx * wx));
    }
}
