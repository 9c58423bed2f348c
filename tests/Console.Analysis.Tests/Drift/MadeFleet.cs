using FleetConsole.Analysis.Drift;
using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Tests.Drift;

/// <summary>A fleet made to a rule: each host restarts every so many bins, usually with a version of its own, and noise of its own.</summary>
internal sealed record MadeFleet
{
    /// <summary>Monday, 5 January 2026.</summary>
    private const double From = 1767571200;

    public int Hosts { get; init; } = 3;

    public int Methods { get; init; } = 3;

    public int Bins { get; init; } = 240;

    public int Life { get; init; } = 30;

    public double Width { get; init; } = 3600;

    public double Noise { get; init; } = 0.05;

    public float Requests { get; init; } = 4000;

    /// <summary>Log latency by (age in bins, bin, number of the process).</summary>
    public Func<double, int, int, double> Log { get; init; } = (_, _, _) => 0;

    /// <summary>Version by number of the process.</summary>
    public Func<int, string> Version { get; init; } = process => $"v{process}";

    /// <summary>Log latency by number of the host, beside the rule for all.</summary>
    public Func<int, double> HostLog { get; init; } = _ => 0;

    /// <summary>Logarithm of the load, by bin, over the usual one.</summary>
    public Func<int, double> LogLoad { get; init; } = _ => 0;

    public double Now => From + (Bins * Width);

    public DriftOptions Options => new() { Bins = new BinOptions { Width = TimeSpan.FromSeconds(Width) } };

    /// <summary>Unix seconds of the start of a host's process, by their numbers.</summary>
    public double StartOf(int host, int process) => From + ((((process - 1) * Life) + (host * 3)) * Width);

    public FleetDriftReport Judge(IReadOnlyDictionary<HostId, MetricBins>? metrics = null) =>
        FleetDrift.Judge(Series(), metrics ?? new Dictionary<HostId, MetricBins>(), Now, Options);

    public List<DriftSeries> Series()
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, Hosts).SelectMany(h => Enumerable.Range(0, Methods).Select(m => Make(h, m, random)))];
    }

    /// <summary>Metrics of every host: what the rules say, by name, of (age in bins, bin).</summary>
    public Dictionary<HostId, MetricBins> Metrics(params (string Name, Func<double, int, double> Of)[] rules) =>
        Enumerable.Range(0, Hosts).ToDictionary(h => new HostId($"h{h}"), h =>
        {
            var random = new Random(h);
            var processes = Processes(h);
            var times = Enumerable.Range(0, Bins).Select(b => From + ((b + 0.5) * Width)).ToArray();
            var values = rules.Select(rule => times.Select((t, b) =>
                (float)(rule.Of((t - processes.Last(p => p.StartedAt <= t).StartedAt) / Width, b) * (1 + (0.01 * random.NextDouble())))).ToArray()).ToArray();
            return MetricBins.Of(new MetricSamples(times, [.. rules.Select(r => r.Name)], values), processes, Options.Bins);
        });

    private List<ProcessIncarnation> Processes(int host) =>
        [.. Enumerable.Range(0, (Bins / Life) + 2).Select(p => Process(host, StartOf(host, p), p))];

    private ProcessIncarnation Process(int host, double start, int number) => new(new HostId($"h{host}"), start, start, start, start, Version(number));

    private DriftSeries Make(int host, int method, Random random)
    {
        var processes = Processes(host);
        var columns = new List<(double End, double Age, int Process, float Log, double Load)>();
        for (var b = 0; b < Bins; b++)
        {
            var end = From + ((b + 1) * Width);
            var process = processes.FindLastIndex(p => p.StartedAt <= end - Width);
            if (process < 0)
                continue;
            var age = ((end - processes[process].StartedAt) / Width) - 0.5;
            columns.Add((end, age, process, (float)(Log(age, b, process) + HostLog(host) - 3 + (Noise * Gauss(random))), LogLoad(b)));
        }

        return new(new HostId($"h{host}"), $"m{method}", new AgeBins(Options.Bins, [1], processes, new(
            [.. columns.Select(c => c.End)],
            [.. columns.Select(c => (float)(c.Age * Width))],
            [.. columns.Select(c => (ushort)c.Process)],
            [.. columns.Select(c => (int)c.Age)],
            [.. columns.Select(_ => Requests)],
            [.. columns.Select(c => (float)(Requests / Width * Math.Exp(c.Load)))],
            [.. columns.Select(c => c.Log)],
            [.. columns.Select(c => c.Log)]), null));
    }

    private static double Gauss(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
