using FleetConsole.Analysis.Fleet;

namespace FleetConsole.Analysis.Latency;

/// <summary>One host's metrics over time: memory, goroutines, fork time, whatever the caller has.</summary>
public sealed record MetricSamples
{
    /// <param name="times">Unix seconds, ascending; n of them.</param>
    /// <param name="names">The metrics' names, free strings, each once; m of them.</param>
    /// <param name="values">NaN where there was no sample; m arrays of n.</param>
    /// <exception cref="ArgumentException">The arrays differ in length.</exception>
    public MetricSamples(double[] times, IReadOnlyList<string> names, IReadOnlyList<float[]> values)
    {
        if (names.Count != values.Count || values.Any(v => v.Length != times.Length))
            throw new ArgumentException($"{names.Count} names and {values.Count} metrics over {times.Length} times", nameof(values));
        (Times, Names, Values) = (times, names, values);
    }

    /// <summary>Unix seconds, ascending; n of them.</summary>
    public double[] Times { get; }

    /// <summary>The metrics' names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Each metric's values, NaN where there is none; m arrays of n.</summary>
    public IReadOnlyList<float[]> Values { get; }
}

/// <summary>One host's metrics in the bins of process age that the latency of its methods is in.</summary>
public sealed class MetricBins
{
    private MetricBins(IReadOnlyList<string> names, double[] starts, int[] numbers, float[][] means) =>
        (Names, Starts, Numbers, Means) = (names, starts, numbers, means);

    /// <summary>The metrics' names; m of them.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Unix seconds of the start of each bin's process, ascending; n of them.</summary>
    public double[] Starts { get; }

    /// <summary>Which bin of its process: see <see cref="AgeBins.Numbers"/>; ascending within a process; n of them.</summary>
    public int[] Numbers { get; }

    /// <summary>Mean of each metric's finite samples in each bin, NaN where there was none; m arrays of n.</summary>
    public float[][] Means { get; }

    /// <summary>Gathers a host's metrics. A sample belongs to the process that alone answered at its time.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="processes">The host's processes by start.</param>
    /// <param name="options">The width of a bin; the least count has no say here.</param>
    public static MetricBins Of(MetricSamples samples, IReadOnlyList<ProcessIncarnation> processes, BinOptions options)
    {
        var keys = new List<(double Start, int Number, int First, int End)>();
        var p = 0;
        for (var i = 0; i < samples.Times.Length; i++)
        {
            var time = samples.Times[i];
            while (p + 1 < processes.Count && processes[p + 1].StartedAt <= time)
                p++;
            if (p >= processes.Count || time < processes[p].AloneSince)
                continue;
            var start = processes[p].StartedAt;
            var number = (int)Math.Floor((time - start) / options.WidthSeconds);
            if (keys.Count > 0 && keys[^1] is var last && last.Start == start && last.Number == number)
                keys[^1] = last with { End = i + 1 };
            else
                keys.Add((start, number, i, i + 1));
        }

        return new(samples.Names, [.. keys.Select(k => k.Start)], [.. keys.Select(k => k.Number)],
            [.. samples.Values.Select(v => Array.ConvertAll([.. keys], k => Mean(v.AsSpan(k.First, k.End - k.First))))]);
    }

    /// <summary>Where a bin of a method's latency lies here.</summary>
    /// <returns>The index, or -1 when the host has no metrics in that bin.</returns>
    public int Find(double start, int number)
    {
        var (low, high) = (0, Starts.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var apart = Starts[middle] - start;
            var order = Math.Abs(apart) > Incarnations.StartJitterSeconds ? Math.Sign(apart) : Numbers[middle].CompareTo(number);
            if (order == 0)
                return middle;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }

    private static float Mean(ReadOnlySpan<float> values)
    {
        double sum = 0;
        var have = 0;
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
                continue;
            sum += value;
            have++;
        }

        return have > 0 ? (float)(sum / have) : float.NaN;
    }
}
