using FleetConsole.Analysis.Drift;
using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;
using FleetConsole.Analysis.Lockup;

namespace FleetConsole.Server.Backtest;

/// <summary>One fleet of a backtest folder, read into what the detector takes.</summary>
/// <param name="Names">Each series' name, in the manifest's order.</param>
/// <param name="Series">The same series' bins.</param>
/// <param name="Metrics">Each host's metrics in the same bins.</param>
/// <param name="Lockups">Each host's lock-ups.</param>
/// <param name="Now">Unix seconds of the end of the last window.</param>
internal sealed record BacktestFleet(
    IReadOnlyList<string> Names,
    IReadOnlyList<DriftSeries> Series,
    IReadOnlyDictionary<HostId, MetricBins> Metrics,
    IReadOnlyDictionary<HostId, IReadOnlyList<TimeRange>> Lockups,
    double Now)
{
    /// <summary>Reads one fleet.</summary>
    /// <exception cref="BacktestFormatException">A file is malformed.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static BacktestFleet Read(string folder, BacktestManifest manifest, IReadOnlyList<BacktestSeries> fleet, DriftOptions options)
    {
        var series = new DriftSeries[fleet.Count];
        var metrics = new Dictionary<HostId, MetricBins>();
        var lockups = new Dictionary<HostId, IReadOnlyList<TimeRange>>();
        var now = double.NegativeInfinity;
        foreach (var host in fleet.Select((of, at) => (of, at)).GroupBy(s => s.of.HostFile))
        {
            var first = host.First().of;
            var read = HostFile.Read(Path.Join(folder, first.HostFile), first.Host, manifest.StepSeconds);
            var samples = host.Select(s => (s.of, s.at, samples: ReadSeries(folder, manifest, s.of, read))).ToList();
            var id = new HostId(first.Host);
            metrics[id] = MetricBins.Of(read.Metrics, read.Processes, options.Bins);
            lockups[id] = LockupScan.Find(read.Cpu, [.. samples.Select(s => s.samples)]);
            foreach (var (of, at, sampled) in samples)
                series[at] = new(id, of.Method, AgeBins.Of(sampled, read.Processes, options.Bins, lockups[id]));
            if (read.Begins.Length > 0)
                now = Math.Max(now, read.Begins[^1] + manifest.StepSeconds);
        }

        return new([.. fleet.Select(s => s.Series)], series, metrics, lockups, now);
    }

    private static BucketSamples ReadSeries(string folder, BacktestManifest manifest, BacktestSeries series, HostFile host)
    {
        var path = Path.Join(folder, series.File);
        var samples = SeriesFile.Read(path, manifest.StepSeconds, manifest.Bounds);
        if (samples.Times.Length != host.Begins.Length)
            throw new BacktestFormatException(path, samples.Times.Length + 1, $"{samples.Times.Length} windows, and its host has {host.Begins.Length}");
        return samples;
    }
}
