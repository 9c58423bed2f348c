using FleetConsole.Analysis.Drift;
using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Server.Features.Findings;

/// <summary>One look for drift: what was judged, and the series by cause.</summary>
internal sealed record Look(FleetDriftReport Report, IReadOnlyList<DriftCause> Causes, LookData Data);

/// <summary>What a look was made of: enough to draw it and to make it again.</summary>
internal sealed record LookData(
    DriftOptions Options, IReadOnlyList<DriftSeries> Series, IReadOnlyDictionary<string, MetricSamples> Metrics,
    IReadOnlyList<string> PromQl, DateTimeOffset From, DateTimeOffset To);

/// <summary>Looks at the fleet in bins of one width.</summary>
internal sealed class DriftLooker(FleetBins bins, DriftOptions options, DriftScaleOptions scale, HostMetricReader metrics, PromQl promQl)
{
    // Spares fits whose bins have not changed; what is judged is the same without it.
    private Dictionary<(string Host, string Method), DriftFit> _fits = [];

    public double BinSeconds => scale.BinSeconds;

    /// <summary>How far back it looks.</summary>
    public TimeSpan Window => bins.Window;

    /// <summary>Takes in what is new up to <paramref name="now"/>, and judges.</summary>
    /// <param name="now">The time of the look.</param>
    /// <param name="lockups">When hosts are known to have been locked up; those stretches are left out.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="PrometheusException">Prometheus did not answer; no verdict comes from it.</exception>
    public async Task<Look> LookAsync(
        DateTimeOffset now, IReadOnlyDictionary<string, IReadOnlyList<TimeRange>> lockups, CancellationToken cancellationToken)
    {
        await bins.UpdateAsync(now, lockups, cancellationToken);
        var to = bins.To ?? now;
        var series = bins.Series;
        var methods = series.ToLookup(s => s.Host.Name, s => s.Bins, StringComparer.Ordinal);
        var samples = bins.Metrics.ToDictionary(m => m.Key, m => RequestMix.AddTo(m.Value, [.. methods[m.Key]]), StringComparer.Ordinal);
        var report = Judge(series, samples, to, cancellationToken);
        var data = new LookData(options, series, samples,
            [promQl.BucketIncreases(scale.Step), .. promQl.Processes(), .. metrics.Queries(scale.Step).Select(q => q.PromQl)], to - bins.Window, to);
        return new(report, DriftCause.Of(report), data);
    }

    // The fits are independent; what the series have in common comes after.
    private FleetDriftReport Judge(
        IReadOnlyList<DriftSeries> series, IReadOnlyDictionary<string, MetricSamples> samples, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var now = to.ToUnixTimeMilliseconds() / 1000.0;
        var fits = new DriftFit[series.Count];
        Parallel.For(0, fits.Length, new() { CancellationToken = cancellationToken }, i =>
            fits[i] = DriftFit.Next(_fits.GetValueOrDefault((series[i].Host.Name, series[i].Method)), series[i], now, options));
        _fits = fits.ToDictionary(f => (f.Series.Host.Name, f.Series.Method));
        var moving = samples.Where(m => bins.Processes.ContainsKey(m.Key)).ToDictionary(
            m => new HostId(m.Key), m => MetricBins.Of(m.Value, bins.Processes[m.Key], options.Bins));
        return FleetDrift.Judge(fits, moving, now, options);
    }

    public DriftLook Tell(Look look)
    {
        var verdicts = look.Report.Series.Select(s => s.Verdict).ToList();
        return new()
        {
            At = look.Data.To.ToTimestamp(),
            BinSeconds = scale.BinSeconds,
            Drifting = verdicts.Count(v => v is DriftVerdict.Drifting),
            Suspected = verdicts.Count(v => v is DriftVerdict.Suspected),
            Steady = verdicts.Count(v => v is DriftVerdict.Steady),
            NotEnoughData = verdicts.Count(v => v is DriftVerdict.NotEnoughData),
            Fleet = DriftDetails.State(look.Report.Fleet.Verdict),
            Hosts = { look.Report.Hosts.Select(DriftDetails.Of) },
            Methods = { look.Report.Methods.Select(DriftDetails.Of) },
        };
    }
}
