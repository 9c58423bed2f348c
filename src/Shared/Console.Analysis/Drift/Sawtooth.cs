namespace FleetConsole.Analysis.Drift;

/// <summary>Looks at each restart: did the latency fall by what the age term says?</summary>
internal static class Sawtooth
{
    // Bins on either side of a restart; a quarter of a day of bins, over which the shapes are nearly straight.
    private const int Near = 6;

    // Two processes' levels (prior sd .05 each) and a deploy's step (.08): the priors of the panel regression.
    private const double RestartVariance = (2 * .05 * .05) + (.08 * .08);

    /// <param name="panel">The rows.</param>
    /// <param name="byProcess">Log latency with all but age, process and deploy taken out; n of them.</param>
    /// <param name="weights">Weight of each row, over the residual variance.</param>
    public static SawtoothProof Of(SeriesPanel panel, double[] byProcess, ReadOnlySpan<double> weights, AgeShape shape, double coefficient)
    {
        var falls = new List<(double Fall, double Predicted, double Variance)>();
        for (var i = 1; i < panel.Count; i++)
        {
            if (panel.Process[i] != panel.Process[i - 1] && Rose(panel, byProcess, weights, shape, coefficient, i)
                && Fall(panel, byProcess, weights, shape, i) is { } fall)
                falls.Add((fall.Fall, fall.Shape * coefficient, fall.Variance));
        }

        return falls.Count == 0 ? SawtoothProof.None : Mean(falls);
    }

    // A process that did not rise itself has nothing to reset: a version without the drift says nothing of the others'.
    private static bool Rose(SeriesPanel panel, double[] y, ReadOnlySpan<double> weights, AgeShape shape, double coefficient, int end)
    {
        var first = end - 1;
        while (first > 0 && panel.Process[first - 1] == panel.Process[end - 1])
            first--;
        if (end - first < 2 * Near)
            return true;
        var (young, shapeYoung, _) = Side(panel, y, weights, shape, first, first + Near);
        var (old, shapeOld, _) = Side(panel, y, weights, shape, end - Near, end);
        return old - young >= coefficient * (shapeOld - shapeYoung) / 2;
    }

    private static (double Fall, double Shape, double Variance)? Fall(
        SeriesPanel panel, double[] y, ReadOnlySpan<double> weights, AgeShape shape, int first)
    {
        var (from, end) = (first, first);
        while (from > 0 && first - from < Near && panel.Process[from - 1] == panel.Process[first - 1])
            from--;
        while (end < panel.Count && end - first < Near && panel.Process[end] == panel.Process[first])
            end++;
        if (first - from < 2 || end - first < 2)
            return null;
        var (before, shapeBefore, weightBefore) = Side(panel, y, weights, shape, from, first);
        var (after, shapeAfter, weightAfter) = Side(panel, y, weights, shape, first, end);
        // What restarts at an age at which the shape has hardly risen proves nothing.
        return shapeBefore - shapeAfter < 0.05 ? null : (before - after, shapeBefore - shapeAfter, (1 / weightBefore) + (1 / weightAfter));
    }

    private static (double Mean, double Shape, double Weight) Side(
        SeriesPanel panel, double[] y, ReadOnlySpan<double> weights, AgeShape shape, int from, int end)
    {
        double weight = 0, sum = 0, g = 0;
        for (var i = from; i < end; i++)
        {
            weight += weights[i];
            sum += weights[i] * y[i];
            g += weights[i] * AgeShapes.At(shape, panel.Age[i]);
        }

        return (sum / weight, g / weight, weight);
    }

    // The error of a fall is the rows' own and what a restart changes without any drift. How much the falls differ among
    // themselves does not count: old processes fall further, and the question is whether they fall.
    private static SawtoothProof Mean(List<(double Fall, double Predicted, double Variance)> falls)
    {
        double weight = 0, sum = 0;
        foreach (var fall in falls)
        {
            var w = 1 / (fall.Variance + RestartVariance);
            (weight, sum) = (weight + w, sum + (w * fall.Fall));
        }

        return new(falls.Count, falls.Count(f => f.Fall >= f.Predicted / 2),
            Estimate.Normal(sum / weight, Math.Sqrt(1 / weight)), falls.Average(f => f.Predicted));
    }
}
