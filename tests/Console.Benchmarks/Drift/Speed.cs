using System.Diagnostics;
using System.Globalization;
using FleetConsole.Analysis.Drift;
using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;

namespace FleetConsole.Benchmarks.Drift;

/// <summary>
/// What a fleet of 200 hosts and 100 methods costs: bins of 14 days are made one series at a time (nobody holds the
/// samples of all), then all are fitted and judged, then one more hour comes and all are judged again. One method in ten
/// drifts, so that restarts and metrics are asked what they say of it.
/// </summary>
internal static class Speed
{
    private const double Step = 600;
    private const double From = 1767571200;
    private const int Windows = 14 * 144;
    private const int OneInDrifts = 10;
    private static readonly string[] Names = ["vmem", "rss", "goroutines", "fds", "child_cpu"];
    private static readonly double[] Bounds = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 10, 30, 60, 300, 1500];

    public static void Run(int hosts, int methods)
    {
        var options = new DriftOptions();
        var lives = Enumerable.Range(0, hosts).Select(Lives).ToArray();
        var clock = Stopwatch.StartNew();
        var series = new DriftSeries[hosts * methods];
        Parallel.For(0, series.Length, i => series[i] = new(lives[i / methods][0].Host, $"m{i % methods}",
            AgeBins.Of(Samples(i, From, Windows, lives[i / methods]), lives[i / methods], options.Bins)));
        var metrics = lives.ToDictionary(own => own[0].Host, own => MetricBins.Of(Metrics(own), own, options.Bins));
        Print("samples made and binned", clock);

        var now = From + (Windows * Step);
        clock.Restart();
        var fits = new DriftFit?[series.Length];
        Judge(fits, series, metrics, now, options);
        Print("full refit and judgement", clock);

        var later = new BucketSamples[series.Length];
        for (var i = 0; i < later.Length; i++)
            later[i] = Samples(i, now, 6, lives[i / methods]);
        clock.Restart();
        Parallel.For(0, series.Length, i => series[i] = series[i] with { Bins = series[i].Bins.Append(later[i], lives[i / methods], now + 3600 - (336 * 3600)) });
        Print("one more hour appended", clock);
        Judge(fits, series, metrics, now + 3600, options);
        Print("one more hour appended, refitted and judged", clock);
        using var me = Process.GetCurrentProcess();
        System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peak memory {me.PeakWorkingSet64 / 1048576.0:0} MiB"));
    }

    private static void Judge(DriftFit?[] fits, DriftSeries[] series, Dictionary<HostId, MetricBins> metrics, double now, DriftOptions options)
    {
        Parallel.For(0, fits.Length, i => fits[i] = DriftFit.Next(fits[i], series[i], now, options));
        var report = FleetDrift.Judge([.. fits.OfType<DriftFit>()], metrics, now, options);
        System.Console.WriteLine($"{report.Fleet.Members} judged, {report.Fleet.Drifting} drift, {report.Fleet.Suspected} suspected");
    }

    // Weekly deploys and one restart more, hosts a few minutes apart.
    private static ProcessIncarnation[] Lives(int host) =>
        [.. new[] { -40.0, 60, 130, 228 }.Select((hour, version) => Life(host, From + (hour * 3600) + (host * 30), version))];

    private static ProcessIncarnation Life(int host, double start, int version) => new(new HostId($"h{host}"), start, start, start, start, $"v{version / 2}");

    // Virtual memory grows with age, the others do not.
    private static MetricSamples Metrics(ProcessIncarnation[] lives)
    {
        var random = new Random(lives[0].Host.Name.Length + (int)lives[0].StartedAt);
        double[] times = [.. Enumerable.Range(1, Windows + 6).Select(w => From + (w * Step))];
        return new(times, Names,
            [.. Names.Select((_, m) => times.Select(t => (float)((m == 0 ? 1 + AgeDays(lives, t) : 1) * (1 + (0.05 * random.NextDouble())))).ToArray())]);
    }

    private static double AgeDays(ProcessIncarnation[] lives, double time) => (time - lives.Last(life => life.StartedAt < time).StartedAt) / 86400;

    private static BucketSamples Samples(int seed, double from, int windows, ProcessIncarnation[] lives)
    {
        var random = new Random((seed * 31) + (int)(from / 600));
        var counts = new float[windows * 12];
        var size = Math.Exp(random.NextDouble() * 6);
        for (var w = 0; w < windows; w++)
        {
            var day = 1 + (0.5 * Math.Sin(((from / 3600) + (w / 6.0)) * Math.PI / 12));
            var slow = seed % OneInDrifts == 0 ? 1 + AgeDays(lives, from + ((w + 1) * Step)) : 1;
            for (var k = 0; k < 7; k++)
                counts[(w * 12) + k] = (float)Math.Round(size * day * Math.Exp(-0.8 * Math.Abs(k - 2)) * (10 + random.NextDouble()) * (k > 2 ? slow : 1));
        }

        return new([.. Enumerable.Range(1, windows).Select(w => from + (w * Step))], Step, counts, Bounds);
    }

    // Processor time so far too: on a machine that others use it is the figure that says something.
    private static void Print(string what, Stopwatch clock)
    {
        using var me = Process.GetCurrentProcess();
        System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {clock.Elapsed.TotalSeconds:0.0} s; processor time of the run so far {me.TotalProcessorTime.TotalSeconds:0.0} s"));
    }
}
