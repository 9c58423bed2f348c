using System.Globalization;
using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;

namespace FleetConsole.Server.Backtest;

/// <summary>One host's process and machine metrics: t,start,ver,... Times are those of each window's begin.</summary>
internal sealed record HostFile(
    HostId Host, double[] Begins, double[] Starts, IReadOnlyList<VersionSamples> Versions, float[] Cpu, MetricSamples Metrics)
{
    private const string Header = "t,start,ver,vmem_mb,rss_mb,goroutines,fds,cpu,child_cpu";

    /// <summary>Names of the metrics as verdicts give them.</summary>
    private static readonly string[] MetricNames = ["vmem", "rss", "goroutines", "fds", "child_cpu"];

    /// <summary>The host's processes.</summary>
    public IReadOnlyList<ProcessIncarnation> Processes { get; } = Incarnations.Split(Host, Begins, Starts, Versions);

    /// <summary>The first so many windows, as if the later ones did not exist.</summary>
    public HostFile Cut(int windows)
    {
        var end = windows > 0 ? Begins[windows - 1] : double.NegativeInfinity;
        var begins = Begins[..windows];
        return new(Host, begins, Starts[..windows],
            [.. Versions.Select(v => v with { Times = [.. v.Times.TakeWhile(t => t <= end)] })],
            Cpu[..windows], new(begins, MetricNames, [.. Metrics.Values.Select(v => v[..windows])]));
    }

    /// <exception cref="BacktestFormatException">The file is malformed.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static HostFile Read(string path, string host, double step)
    {
        var csv = new CsvReader(path, File.ReadAllBytes(path), Header);
        var begins = new List<double>();
        var starts = new List<double>();
        var versions = new Dictionary<double, List<double>>();
        var values = Array.ConvertAll(MetricNames, _ => new List<float>());
        var cpu = new List<float>();
        while (csv.NextLine())
        {
            var begin = csv.Number("t");
            if (!double.IsFinite(begin) || (begins.Count > 0 && begin <= begins[^1]))
                throw csv.Wrong("t must ascend");
            begins.Add(begin);
            starts.Add(csv.Number("start"));
            var version = csv.Number("ver");
            if (double.IsFinite(version))
            {
                if (!versions.TryGetValue(version, out var times))
                    versions[version] = times = [];
                times.Add(begin);
            }

            for (var m = 0; m < 4; m++)
                values[m].Add((float)csv.Number(MetricNames[m]));
            cpu.Add((float)csv.Number("cpu"));
            values[4].Add((float)csv.Number(MetricNames[4]));
        }

        double[] at = [.. begins];
        return new(new HostId(host), at, [.. starts],
            [.. versions.Select(v => new VersionSamples(v.Key.ToString(CultureInfo.InvariantCulture), v.Value))],
            [.. cpu], new(at, MetricNames, Array.ConvertAll(values, v => v.ToArray())));
    }
}
