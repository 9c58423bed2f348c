namespace FleetConsole.Analysis.Lockup;

/// <summary>Median over a centred window.</summary>
public static class RollingMedian
{
    /// <summary>
    /// The median of the finite values within <paramref name="half"/> places on either side.
    /// </summary>
    /// <param name="values">n values; what is not finite counts as missing.</param>
    /// <param name="half">Places on either side, so that the window has 2 half + 1.</param>
    /// <param name="least">With fewer finite values the median is NaN.</param>
    /// <returns>n medians.</returns>
    public static float[] Of(ReadOnlySpan<float> values, int half, int least)
    {
        var medians = new float[values.Length];
        var window = new List<float>((2 * half) + 1);
        for (var i = -half; i < values.Length; i++)
        {
            if (i + half < values.Length && float.IsFinite(values[i + half]))
                window.Insert(Place(window, values[i + half]), values[i + half]);
            if (i - half - 1 >= 0 && float.IsFinite(values[i - half - 1]))
                window.RemoveAt(Place(window, values[i - half - 1]));
            if (i >= 0)
                medians[i] = window.Count >= least ? Middle(window) : float.NaN;
        }

        return medians;
    }

    private static int Place(List<float> sorted, float value)
    {
        var at = sorted.BinarySearch(value);
        return at < 0 ? ~at : at;
    }

    private static float Middle(List<float> sorted) => sorted.Count % 2 == 1
        ? sorted[sorted.Count / 2]
        : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
}
