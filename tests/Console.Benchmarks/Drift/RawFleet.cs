using FleetConsole.Analysis.Drift;
using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;
using FleetConsole.Analysis.Lockup;
using FleetConsole.Server.Backtest;

namespace FleetConsole.Benchmarks.Drift;

/// <summary>A fleet's files in memory, cut at one look after another as if later rows did not exist.</summary>
internal sealed class RawFleet
{
    private readonly List<(BacktestSeries Of, int At, BucketSamples Samples)> _series = [];
    private readonly Dictionary<string, HostFile> _hosts = [];

    public string[] Names { get; private init; } = [];

    public int Windows { get; private set; }

    public static RawFleet Read(string folder, BacktestManifest manifest, BacktestSeries[] fleet)
    {
        var raw = new RawFleet { Names = [.. fleet.Select(s => s.Series)] };
        for (var i = 0; i < fleet.Length; i++)
        {
            if (!raw._hosts.ContainsKey(fleet[i].HostFile))
                raw._hosts[fleet[i].HostFile] = HostFile.Read(Path.Join(folder, fleet[i].HostFile), fleet[i].Host, manifest.StepSeconds);
            raw._series.Add((fleet[i], i, SeriesFile.Read(Path.Join(folder, fleet[i].File), manifest.StepSeconds, manifest.Bounds)));
        }

        raw.Windows = raw._series[0].Samples.Times.Length;
        return raw;
    }

    public BacktestFleet Cut(int windows, DriftOptions options)
    {
        var series = new DriftSeries[_series.Count];
        var metrics = new Dictionary<HostId, MetricBins>();
        var lockups = new Dictionary<HostId, IReadOnlyList<TimeRange>>();
        var now = 0.0;
        foreach (var host in _series.GroupBy(s => s.Of.HostFile))
        {
            var file = _hosts[host.Key].Cut(windows);
            var id = new HostId(host.First().Of.Host);
            var cut = host.Select(s => (s.Of, s.At, Samples: First(s.Samples, windows))).ToList();
            metrics[id] = MetricBins.Of(file.Metrics, file.Processes, options.Bins);
            lockups[id] = LockupScan.Find(file.Cpu, [.. cut.Select(s => s.Samples)]);
            foreach (var (of, at, samples) in cut)
                series[at] = new(id, of.Method, AgeBins.Of(samples, file.Processes, options.Bins, lockups[id]));
            now = cut[0].Samples.Times[^1];
        }

        return new(Names, series, metrics, lockups, now);
    }

    private static BucketSamples First(BucketSamples all, int windows) =>
        new(all.Times[..windows], all.StepSeconds, all.Counts[..(windows * all.Buckets)], all.Bounds);
}
