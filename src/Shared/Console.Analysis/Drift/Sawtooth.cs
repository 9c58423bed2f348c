namespace FleetConsole.Analysis.Drift;

/// <summary>Looks at each restart: did the latency fall by what the age term says?</summary>
internal static class Sawtooth
{
    // Bins on either side of a restart; a quarter of a day of bins, over which the shapes are nearly straight.
    private const int Near = 6;

    private const int LeastScatter = 4;
    private const double Repeats = 9;

    // Two processes' levels (prior sd .05 each) and a deploy's step (.08): the priors of the panel regression.
    public const double RestartVariance = (2 * .05 * .05) + (.08 * .08);

    /// <param name="panel">The rows.</param>
    /// <param name="byProcess">Log latency with all but age, process and deploy taken out; n of them.</param>
    /// <param name="weights">Weight of each row, over the residual variance.</param>
    public static SawtoothProof Of(SeriesPanel panel, double[] byProcess, ReadOnlySpan<double> weights, AgeShape shape, double coefficient)
    {
        var falls = Falls(panel, byProcess, weights, shape).FindAll(f => f.Rose(coefficient));
        return falls.Count == 0 ? SawtoothProof.None : Mean(falls, coefficient);
    }

    /// <summary>Every restart with enough bins on both sides, at an age at which the shape has risen.</summary>
    public static List<RestartFall> Falls(SeriesPanel panel, double[] byProcess, ReadOnlySpan<double> weights, AgeShape shape)
    {
        var falls = new List<RestartFall>();
        for (var i = 1; i < panel.Count; i++)
        {
            if (panel.Process[i] != panel.Process[i - 1] && Fall(panel, byProcess, weights, shape, i) is { } fall)
                falls.Add(fall);
        }

        return falls;
    }

    private static RestartFall? Fall(SeriesPanel panel, double[] y, ReadOnlySpan<double> weights, AgeShape shape, int first)
    {
        var (from, end) = (first, first);
        while (from > 0 && first - from < Near && panel.Process[from - 1] == panel.Process[first - 1])
            from--;
        while (end < panel.Count && end - first < Near && panel.Process[end] == panel.Process[first])
            end++;
        if (first - from < 2 || end - first < 2)
            return null;
        var (before, shapeBefore, varianceBefore) = Side(panel, y, weights, shape, from, first);
        var (after, shapeAfter, varianceAfter) = Side(panel, y, weights, shape, first, end);
        // What restarts at an age at which the shape has hardly risen proves nothing.
        return shapeBefore - shapeAfter < 0.05
            ? null
            : new(panel.Ends[first], before - after, shapeBefore - shapeAfter, varianceBefore + varianceAfter, Rise(panel, y, weights, shape, first));
    }

    // How far the process before rose itself; null when it was too short to tell.
    private static (double Rise, double Shape)? Rise(SeriesPanel panel, double[] y, ReadOnlySpan<double> weights, AgeShape shape, int end)
    {
        var first = end - 1;
        while (first > 0 && panel.Process[first - 1] == panel.Process[end - 1])
            first--;
        if (end - first < 2 * Near)
            return null;
        var (young, shapeYoung, _) = Side(panel, y, weights, shape, first, first + Near);
        var (old, shapeOld, _) = Side(panel, y, weights, shape, end - Near, end);
        return (old - young, shapeOld - shapeYoung);
    }

    private static (double Mean, double Shape, double Variance) Side(
        SeriesPanel panel, double[] y, ReadOnlySpan<double> weights, AgeShape shape, int from, int end)
    {
        double weight = 0, sum = 0, g = 0;
        for (var i = from; i < end; i++)
        {
            weight += weights[i];
            sum += weights[i] * y[i];
            g += weights[i] * AgeShapes.At(shape, panel.Age[i]);
        }

        return (sum / weight, g / weight, Scatter(panel, y, from, end) ?? 1 / weight);
    }

    // Variance of the mean of one side's rows: their scatter around a line of their own, since the residuals of the whole
    // fit also hold what it does not fit elsewhere. Neighbouring bins repeat each other: (1 + .8) / (1 - .8) times.
    private static double? Scatter(SeriesPanel panel, double[] y, int from, int end)
    {
        var n = end - from;
        if (n < LeastScatter)
            return null;
        double x = 0, m = 0, xx = 0, xy = 0, yy = 0;
        for (var i = from; i < end; i++)
            (x, m) = (x + (panel.Age[i] / n), m + (y[i] / n));
        for (var i = from; i < end; i++)
        {
            var (dx, dy) = (panel.Age[i] - x, y[i] - m);
            (xx, xy, yy) = (xx + (dx * dx), xy + (dx * dy), yy + (dy * dy));
        }

        return Math.Max(0, yy - (xy * xy / xx)) / (n - 2) / n * Repeats;
    }

    // The error of a fall is the rows' own and what a restart changes without any drift. How much the falls differ among
    // themselves does not count: old processes fall further, and the question is whether they fall.
    private static SawtoothProof Mean(List<RestartFall> falls, double coefficient)
    {
        double weight = 0, sum = 0;
        foreach (var fall in falls)
        {
            var w = 1 / (fall.Variance + RestartVariance);
            (weight, sum) = (weight + w, sum + (w * fall.Fall));
        }

        return new(falls.Count, falls.Count(f => f.Fall >= f.Shape * coefficient / 2),
            Estimate.Normal(sum / weight, Math.Sqrt(1 / weight)), falls.Average(f => f.Shape * coefficient));
    }
}

/// <summary>One restart.</summary>
/// <param name="At">Unix seconds of the end of the first bin after it.</param>
/// <param name="Fall">By how much log latency fell, at equal load and hour.</param>
/// <param name="Shape">By how much the age shape did.</param>
/// <param name="Variance">Of the fall, by the scatter of the bins on both sides.</param>
/// <param name="Rise">How far the process before had risen, and its shape; null when it was too short to tell.</param>
internal readonly record struct RestartFall(double At, double Fall, double Shape, double Variance, (double Log, double Shape)? Rise)
{
    // A process that did not rise itself has nothing to reset: a version without the drift says nothing of the others'.
    public bool Rose(double coefficient) => Rise is not { } rise || rise.Log >= coefficient * rise.Shape / 2;
}
