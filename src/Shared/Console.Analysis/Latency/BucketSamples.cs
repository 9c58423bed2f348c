namespace FleetConsole.Analysis.Latency;

/// <summary>One host's and method's latency histogram over time.</summary>
public sealed record BucketSamples
{
    /// <param name="times">Unix seconds of each window's END, ascending; n of them. A window is (t - step, t].</param>
    /// <param name="stepSeconds">Length of a window.</param>
    /// <param name="counts">Increases of the buckets in each window, not cumulative, the last bucket is +Inf; n rows of K.</param>
    /// <param name="bounds">The finite upper bounds in seconds, ascending; K - 1 of them.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or times or bounds do not ascend.</exception>
    public BucketSamples(double[] times, double stepSeconds, float[] counts, double[] bounds)
    {
        if (counts.Length != times.Length * (bounds.Length + 1))
            throw new ArgumentException($"{counts.Length} counts for {times.Length} times and {bounds.Length} + 1 buckets", nameof(counts));
        if (!(stepSeconds > 0) || bounds.Length == 0)
            throw new ArgumentException($"A window of {stepSeconds} s, {bounds.Length} bounds", nameof(stepSeconds));
        if (!Ascends(times) || !Ascends(bounds))
            throw new ArgumentException("Times and bounds must ascend and be finite", nameof(times));
        (Times, StepSeconds, Counts, Bounds) = (times, stepSeconds, counts, bounds);
    }

    /// <summary>Unix seconds of each window's end, ascending; n of them.</summary>
    public double[] Times { get; }

    /// <summary>Length of a window in seconds.</summary>
    public double StepSeconds { get; }

    /// <summary>Increases per bucket, not cumulative, row by row; n x K. A window with a NaN or negative value counts as no window.</summary>
    public float[] Counts { get; }

    /// <summary>Finite upper bounds in seconds; K - 1 of them.</summary>
    public double[] Bounds { get; }

    /// <summary>K: number of buckets, +Inf included.</summary>
    public int Buckets => Bounds.Length + 1;

    /// <summary>The increases in one window.</summary>
    public ReadOnlySpan<float> Row(int window) => Counts.AsSpan(window * Buckets, Buckets);

    private static bool Ascends(double[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]) || (i > 0 && values[i] <= values[i - 1]))
                return false;
        }

        return true;
    }
}
