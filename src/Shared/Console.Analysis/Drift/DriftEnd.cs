using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Drift;

/// <summary>From where to where a drift lasts: its first process, its last version, and the age at which it sets in.</summary>
internal static class DriftEnd
{
    // Rows before the current version, and rows and ages of it, below which it is too early to call it cured.
    private const int LeastBefore = 24;
    private const int LeastAfter = 24;

    // Ages in bins at which a rise may set in; beyond a day of bins too few processes are left to tell.
    private static readonly double[] Onsets = [0, 1, 2, 3, 4, 6, 8, 10, 12, 15, 18, 21, 24];

    /// <summary>
    /// The first row of the current version, when that version surely drifts less than half as much; null otherwise.
    /// </summary>
    public static int? Of(PanelFit model, SeriesPanel panel, AgeBins bins, in DriftScore score)
    {
        var old = panel.Count;
        while (old > 0 && panel.Epoch[panel.Process[old - 1]] == panel.Steps)
            old--;
        var reach = 0.0;
        for (var i = old; i < panel.Count; i++)
            reach = Math.Max(reach, panel.Age[i]);
        if (panel.Steps == 0 || old < LeastBefore || panel.Count - old < LeastAfter || reach < LeastAfter / 2)
            return null;
        var now = model.After(panel, score.Shape, old);
        return now is not null && now.Coefficient + (2 * Math.Sqrt(now.DataVariance + now.PriorVariance)) < score.Coefficient / 2 ? old : null;
    }

    /// <summary>
    /// First row of the process in which the drift began: the split of the processes into some without and all later ones
    /// with it that is likeliest, each process giving its own slope.
    /// </summary>
    public static int First(SeriesPanel panel, double[] byProcess, ReadOnlySpan<double> weights, in DriftScore score)
    {
        var (best, gain, at) = (double.NegativeInfinity, 0.0, 0);
        for (var end = panel.Count; end > 0;)
        {
            var first = end - 1;
            while (first > 0 && panel.Process[first - 1] == panel.Process[end - 1])
                first--;
            gain += Gain(panel, byProcess, weights, score, first, end);
            if (gain > best)
                (best, at) = (gain, first);
            end = first;
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

    // Log likelihood of "slope c" over "no slope" within one process.
    private static double Gain(SeriesPanel panel, double[] y, ReadOnlySpan<double> weights, in DriftScore score, int first, int end)
    {
        double w = 0, g = 0, z = 0;
        for (var i = first; i < end; i++)
        {
            w += weights[i];
            g += weights[i] * AgeShapes.At(score.Shape, panel.Age[i]);
            z += weights[i] * y[i];
        }

        double gg = 0, gy = 0;
        for (var i = first; i < end; i++)
        {
            var d = AgeShapes.At(score.Shape, panel.Age[i]) - (g / w);
            gg += weights[i] * d * d;
            gy += weights[i] * d * (y[i] - (z / w));
        }

        return (score.Coefficient * gy) - (score.Coefficient * score.Coefficient * gg / 2);
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
}
