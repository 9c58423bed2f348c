namespace FleetConsole.Analysis.Drift;

/// <summary>
/// The rise of the p99 as Prometheus interpolates it, which jumps where the p99 itself leaves its bucket. What the model says of each bin, nuisance and age
/// together, is taken for the level that the latency had there (a single-index model, Ichimura 1993), and what the interpolated p99 is at a level is read off the
/// bins near it, whatever brought them there: age, the hour or the load.
/// </summary>
internal static class InterpolatedRise
{
    // Of the range of levels; on generated fleets .05 to .15 give much the same.
    private const double Bandwidth = 0.1;

    // Bandwidths by which the line may be drawn out beyond the bins.
    private const double Beyond = 2;

    // With four days of bins or fewer the levels near an age are that process's own, and the shape by itself is better.
    private const int LeastRows = 96;

    // Draws the local line to a local median where the bins lie at one level: a tenth of the bandwidth's square.
    private const double Flatness = 0.1;

    // Least absolute deviations by reweighting (Schlossmacher 1973): a deviation below 3 % of latency counts as 3 %.
    private const int Rounds = 5;
    private const double LeastDeviation = 0.03;

    /// <summary>log p99 at an age less that at age 0, at the series' usual level.</summary>
    /// <param name="fit">Settled on the panel's p99.</param>
    /// <param name="lasts">The rows that drift; what was before or after has other levels at the same ages.</param>
    /// <param name="logRatio">The rise by the age shape; log latency.</param>
    /// <param name="age">In bins; not 0.</param>
    /// <returns>null where too few bins drift, all lie at one level, or none lies near where the p99 is asked for.</returns>
    public static double? Of(PanelFit fit, SeriesPanel panel, Range lasts, AgeShape shape, double logRatio, double age)
    {
        var (first, count) = lasts.GetOffsetAndLength(panel.Count);
        if (count < LeastRows)
            return null;
        var coefficient = logRatio / AgeShapes.At(shape, age);
        var latency = fit.Latency;
        var level = latency.ToArray();
        for (var i = first; i < first + count; i++)
            level[i] -= coefficient * AgeShapes.At(shape, panel.Age[i]);
        var rest = fit.Residual(panel, level);
        double usual = 0, weight = 0;
        for (var i = 0; i < level.Length; i++)
        {
            usual += fit.Weights[i] * (level[i] - rest[i]);
            weight += fit.Weights[i];
            level[i] = latency[i] - rest[i];
        }

        usual /= weight;
        var sorted = level[lasts].Order().ToArray();
        var (low, high) = (sorted[(int)(count * 0.02)], sorted[(int)(count * 0.98)]);
        var width = Bandwidth * (high - low);
        if (!(Math.Min(usual, usual + logRatio) >= low - (Beyond * width) && Math.Max(usual, usual + logRatio) <= high + (Beyond * width)))
            return null;
        var rise = Local(level[lasts], latency[lasts], fit.Weights[lasts], usual + logRatio, width) - Local(level[lasts], latency[lasts], fit.Weights[lasts], usual, width);
        return double.IsFinite(rise) ? rise : null;
    }

    // A local line (Fan and Gijbels 1996), which is not biased at the end of the range as a local mean is, by least absolute deviations: beside a jump the
    // bins lie in two heaps, and the mean lies between them, where no bin is.
    private static double Local(double[] x, ReadOnlySpan<double> y, ReadOnlySpan<double> weights, double at, double width)
    {
        var near = new double[x.Length];
        for (var i = 0; i < x.Length; i++)
            near[i] = weights[i] * Math.Exp(-0.5 * (x[i] - at) * (x[i] - at) / (width * width));
        var (value, slope) = (0.0, 0.0);
        for (var round = 0; round < Rounds; round++)
        {
            double w = 0, wx = 0, wxx = 0, wy = 0, wxy = 0;
            for (var i = 0; i < x.Length; i++)
            {
                var d = x[i] - at;
                var k = round == 0 ? near[i] : near[i] / Math.Max(Math.Abs(y[i] - value - (slope * d)), LeastDeviation);
                (w, wx, wxx, wy, wxy) = (w + k, wx + (k * d), wxx + (k * d * d), wy + (k * y[i]), wxy + (k * d * y[i]));
            }

            wxx += Flatness * w * width * width;
            var determinant = (wxx * w) - (wx * wx);
            (value, slope) = (((wxx * wy) - (wx * wxy)) / determinant, ((w * wxy) - (wx * wy)) / determinant);
        }

        return value;
    }
}
