namespace FleetConsole.Analysis.Drift;

/// <summary>From where to where a drift lasts: its first process, its last one, and the age at which it sets in.</summary>
internal static class DriftEnd
{
    // Log likelihood by which "until this restart" must beat "throughout" for a drift to have ended: e^4, about 55 to 1.
    private const double Certain = 4;

    // Ages in bins at which a rise may set in; beyond a day of bins too few processes are left to tell.
    private static readonly double[] Onsets = [0, 1, 2, 3, 4, 6, 8, 10, 12, 15, 18, 21, 24];

    /// <summary>
    /// First row of the process that ended the drift: the restart, which may have been a deploy, that best parts processes with a common slope from later
    /// ones with none; null when a slope throughout explains nearly as much.
    /// </summary>
    public static int? Of(SeriesPanel panel, double[] byProcess, ReadOnlySpan<double> weights, in DriftScore score)
    {
        var slopes = Slopes(panel, byProcess, weights, score.Shape);
        var throughout = LogLikelihood(slopes.Sum(s => s.Moment), slopes.Sum(s => s.Information));
        (double LogLikelihood, int? Row) best = (throughout + Certain, null);
        double moment = 0, information = 0;
        foreach (var slope in slopes)
        {
            var until = LogLikelihood(moment, information);
            if (until > best.LogLikelihood)
                best = (until, slope.First);
            moment += slope.Moment;
            information += slope.Information;
        }

        return best.Row;
    }

    /// <summary>
    /// First row of the process in which the drift began: the split of the processes into some without and all later ones
    /// with it that is likeliest, each process giving its own slope.
    /// </summary>
    public static int First(SeriesPanel panel, double[] byProcess, ReadOnlySpan<double> weights, in DriftScore score, int end)
    {
        var (best, sum, at) = (double.NegativeInfinity, 0.0, 0);
        foreach (var slope in Slopes(panel, byProcess, weights, score.Shape).Where(s => s.First < end).Reverse())
        {
            // Log likelihood of the score's slope over none.
            sum += score.Coefficient * (slope.Moment - (score.Coefficient * slope.Information / 2));
            if (sum > best)
                (best, at) = (sum, slope.First);
        }

        return at;
    }

    /// <summary>
    /// Age in bins at which the rise sets in: the hinge max(a - onset, 0) with least squares around each process's own
    /// level. Later than 0 only when that is better by 6, twice the log likelihood that a free parameter gains by chance at p = .015.
    /// </summary>
    public static double OnsetAge(SeriesPanel panel, double[] byProcess, in DriftScore score)
    {
        var (best, onset) = (double.PositiveInfinity, 0.0);
        var none = 0.0;
        foreach (var age in Onsets)
        {
            var rest = Rest(panel, byProcess, age);
            if (age == 0)
                none = rest;
            if (rest < best)
                (best, onset) = (rest, age);
        }

        return score.Shape == AgeShape.Fast || none <= best * (1 + (6.0 / Math.Max(1, panel.Count))) ? 0 : onset;
    }

    // Twice the log likelihood of the best slope over none is moment^2 / information; only a rise counts.
    private static double LogLikelihood(double moment, double information) =>
        moment > 0 && information > 0 ? moment * moment / (2 * information) : 0;

    public static List<ProcessSlope> Slopes(SeriesPanel panel, double[] y, ReadOnlySpan<double> weights, AgeShape shape)
    {
        var slopes = new List<ProcessSlope>(panel.Epoch.Length);
        for (var first = 0; first < panel.Count;)
        {
            var end = first + 1;
            while (end < panel.Count && panel.Process[end] == panel.Process[first])
                end++;
            slopes.Add(Slope(panel, y, weights, shape, first, end));
            first = end;
        }

        return slopes;
    }

    private static ProcessSlope Slope(SeriesPanel panel, double[] y, ReadOnlySpan<double> weights, AgeShape shape, int first, int end)
    {
        double w = 0, g = 0, z = 0;
        for (var i = first; i < end; i++)
        {
            w += weights[i];
            g += weights[i] * AgeShapes.At(shape, panel.Age[i]);
            z += weights[i] * y[i];
        }

        double gg = 0, gy = 0;
        for (var i = first; i < end; i++)
        {
            var d = AgeShapes.At(shape, panel.Age[i]) - (g / w);
            gg += weights[i] * d * d;
            gy += weights[i] * d * (y[i] - (z / w));
        }

        return new(first, gy, gg);
    }

    // Residual sum of squares around process levels and one hinge, over n.
    private static double Rest(SeriesPanel panel, double[] y, double onset)
    {
        var processes = panel.Epoch.Length;
        var (count, hinge, level) = (new double[processes], new double[processes], new double[processes]);
        for (var i = 0; i < panel.Count; i++)
        {
            count[panel.Process[i]]++;
            hinge[panel.Process[i]] += Math.Max(panel.Age[i] - onset, 0);
            level[panel.Process[i]] += y[i];
        }

        double hh = 0, hy = 0, yy = 0;
        for (var i = 0; i < panel.Count; i++)
        {
            var q = panel.Process[i];
            var h = Math.Max(panel.Age[i] - onset, 0) - (hinge[q] / count[q]);
            var d = y[i] - (level[q] / count[q]);
            (hh, hy, yy) = (hh + (h * h), hy + (h * d), yy + (d * d));
        }

        return hh > 0 && hy > 0 ? yy - (hy * hy / hh) : yy;
    }

    internal readonly record struct ProcessSlope(int First, double Moment, double Information);
}
