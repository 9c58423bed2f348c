namespace FleetConsole.Analysis.Latency;

/// <summary>
/// What a host was asked for, as one number: the mean over its requests of what such a request takes at the median. It rises when callers turn to
/// expensive methods, and not when the methods themselves become slower.
/// </summary>
public static class RequestMix
{
    /// <summary>What it is called on pages and in verdicts.</summary>
    public const string Name = "request mix";

    /// <summary>Adds it to a host's metrics.</summary>
    /// <param name="samples">The host's metrics.</param>
    /// <param name="methods">The host's methods; with fewer than two there is no mix, and nothing is added.</param>
    /// <returns>A sample for each time, seconds a request; NaN where no method has a bin.</returns>
    public static MetricSamples AddTo(MetricSamples samples, IReadOnlyList<AgeBins> methods)
    {
        var used = methods.Where(bins => bins.Count > 0).ToList();
        if (used.Count < 2)
            return samples;
        var (cost, count) = (new double[samples.Times.Length], new double[samples.Times.Length]);
        foreach (var bins in used)
            Add(bins, samples.Times, cost, count);
        var mix = new float[cost.Length];
        for (var i = 0; i < mix.Length; i++)
            mix[i] = count[i] > 0 ? (float)(cost[i] / count[i]) : float.NaN;
        return new(samples.Times, [.. samples.Names, Name], [.. samples.Values, mix]);
    }

    // A time belongs to the first bin that ends at it or later and is not yet over by more than its width.
    private static void Add(AgeBins bins, double[] times, double[] cost, double[] count)
    {
        var usual = Math.Exp(bins.LogP50.Order().ElementAt(bins.Count / 2));
        for (int i = 0, bin = 0; i < times.Length; i++)
        {
            while (bin < bins.Count && bins.Ends[bin] < times[i])
                bin++;
            if (bin == bins.Count)
                return;
            if (times[i] <= bins.Ends[bin] - bins.Options.WidthSeconds)
                continue;
            cost[i] += bins.Counts[bin] * usual;
            count[i] += bins.Counts[bin];
        }
    }
}
