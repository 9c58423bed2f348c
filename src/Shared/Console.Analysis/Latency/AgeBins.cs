using FleetConsole.Analysis.Fleet;

namespace FleetConsole.Analysis.Latency;

/// <summary>
/// One host's and method's latency in bins of process age. A bin belongs to one process; its buckets are summed first
/// and quantiles taken of the sum, since a mean of quantiles is no quantile. All arrays have one entry for each bin, in
/// the order of time. A value: <see cref="Append"/> gives a new one.
/// </summary>
public sealed class AgeBins
{
    internal AgeBins(BinOptions options, double[] bounds, IReadOnlyList<ProcessIncarnation> processes, BinColumns columns, OpenBin? open)
    {
        (Options, Bounds, Processes, Open) = (options, bounds, processes, open);
        (Ends, AgeSeconds, Process, Numbers) = (columns.Ends, columns.AgeSeconds, columns.Process, columns.Numbers);
        (Counts, Rates, LogP99, LogP50) = (columns.Counts, columns.Rates, columns.LogP99, columns.LogP50);
    }

    /// <summary>How the bins were made.</summary>
    public BinOptions Options { get; }

    /// <summary>Finite upper bounds of the buckets in seconds.</summary>
    public double[] Bounds { get; }

    /// <summary>The processes that <see cref="Process"/> points into, by start.</summary>
    public IReadOnlyList<ProcessIncarnation> Processes { get; }

    /// <summary>Number of bins.</summary>
    public int Count => Ends.Length;

    /// <summary>Unix seconds of the end of each bin's last window; ascending.</summary>
    public double[] Ends { get; }

    /// <summary>Mean age in seconds of the middles of the bin's windows.</summary>
    public float[] AgeSeconds { get; }

    /// <summary>Index into <see cref="Processes"/>.</summary>
    public ushort[] Process { get; }

    /// <summary>Which bin of its process: the whole number of widths between the start and each of its windows' beginnings.</summary>
    public int[] Numbers { get; }

    /// <summary>Requests in the bin.</summary>
    public float[] Counts { get; }

    /// <summary>Requests per second over the windows that the bin has.</summary>
    public float[] Rates { get; }

    /// <summary>Natural logarithm of the p99 in seconds.</summary>
    public float[] LogP99 { get; }

    /// <summary>Natural logarithm of the p50 in seconds.</summary>
    public float[] LogP50 { get; }

    /// <summary>The last bin while windows may still fall into it; it is among the bins already when it has enough requests.</summary>
    internal OpenBin? Open { get; }

    /// <summary>
    /// Gathers one series' samples. A window counts for a process when it lies wholly in the time in which that process
    /// alone answered: it begins no earlier than <see cref="ProcessIncarnation.AloneSince"/> and ends before the next start.
    /// </summary>
    /// <param name="samples">The samples.</param>
    /// <param name="processes">The host's processes by start, as <see cref="Incarnations.Split"/> gives them.</param>
    /// <param name="options">Width and least count.</param>
    /// <param name="except">Stretches to leave out, such as lock-ups: a window that touches one counts for nothing.</param>
    /// <returns>Its bins; none when no window belongs to a process.</returns>
    public static AgeBins Of(
        BucketSamples samples,
        IReadOnlyList<ProcessIncarnation> processes,
        BinOptions options,
        IReadOnlyList<TimeRange>? except = null)
    {
        var binning = new AgeBinning(options, samples.Bounds, processes);
        binning.Add(samples, except ?? []);
        return binning.Finish();
    }

    /// <summary>
    /// These bins and newer samples. Windows that begin by more than a tenth before the end of the last window already counted are ignored, so that
    /// overlapping answers do no harm.
    /// </summary>
    /// <param name="newer">Samples of the same series.</param>
    /// <param name="processes">The host's processes by start, old ones included as far as bins of theirs are to be kept.</param>
    /// <param name="keepFrom">Unix seconds; bins that end before it are dropped.</param>
    /// <param name="except">Stretches to leave out of the newer samples.</param>
    /// <exception cref="ArgumentException">The bounds differ: the buckets were changed, and the series must be read anew.</exception>
    public AgeBins Append(
        BucketSamples newer,
        IReadOnlyList<ProcessIncarnation> processes,
        double keepFrom = double.NegativeInfinity,
        IReadOnlyList<TimeRange>? except = null)
    {
        if (!newer.Bounds.AsSpan().SequenceEqual(Bounds))
            throw new ArgumentException("The newer samples have other buckets", nameof(newer));
        var binning = new AgeBinning(Options, Bounds, processes);
        binning.Take(this, keepFrom);
        binning.Add(newer, except ?? []);
        return binning.Finish();
    }
}

/// <summary>The columns of <see cref="AgeBins"/>.</summary>
internal readonly record struct BinColumns(
    double[] Ends, float[] AgeSeconds, ushort[] Process, int[] Numbers, float[] Counts, float[] Rates, float[] LogP99, float[] LogP50);

/// <summary>A bin that windows may still fall into.</summary>
internal sealed record OpenBin(double Start, int Number, int Windows, double AgeSum, double LastEnd, double StepSeconds, float[] Counts);
