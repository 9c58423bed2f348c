using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;

namespace FleetConsole.Server.Features.Latency;

/// <summary>Time between two samples, and the length of the rate window behind each.</summary>
internal sealed record Sampling(TimeSpan Step, TimeSpan Window);

/// <summary>One method's curve over one process's life. An empty method is all methods pooled.</summary>
internal sealed record MethodCurve(string Method, AgeCurve Curve, Sampling Sampling);

/// <summary>What Prometheus told for a query.</summary>
internal sealed record CurveSet(IReadOnlyList<ProcessIncarnation> Processes, IReadOnlyList<MethodCurve> Curves, string PromQl);

/// <summary>Reads latency and process starts from Prometheus and cuts the one by the other.</summary>
internal sealed class CurveReader(PrometheusClient prometheus, IncarnationReader incarnations, PromQl promQl, MetricNames names)
{
    // rate() wants two samples in its window even when one scrape is missed; four intervals is Prometheus's own advice.
    private const int ScrapesPerWindow = 4;
    private static readonly TimeSpan ScrapeLook = TimeSpan.FromMinutes(10);

    // Just now says more than the last minutes when the interval was changed; rare scrapes need the longer look.
    private static readonly TimeSpan RecentLook = TimeSpan.FromMinutes(2);

    // A process younger than this many windows is asked for again, more finely: its first minutes matter most.
    private const int YoungWindows = 30;

    /// <exception cref="PrometheusException">Prometheus did not answer.</exception>
    public async Task<CurveSet> ReadAsync(CurveQuery query, CancellationToken cancellationToken)
    {
        var (early, late) = await ScrapeIntervalsAsync(query, cancellationToken);
        var coarse = Sample(query.Step, early > late ? early : late);
        var promql = promQl.LatencyQuantile(query.Quantile, coarse.Window, query.Hosts, query.Methods);
        var latency = prometheus.QueryRangeAsync(promql, query.From, query.To, coarse.Step, cancellationToken);
        var cut = query.To - (YoungWindows * coarse.Window);
        var found = incarnations.ReadAsync(query.Hosts, query.From, cut, coarse.Step, Finer(coarse.Step, late), query.To, cancellationToken);
        await Task.WhenAll(latency, found);

        var processes = await found;
        var curves = Align(await latency, processes, coarse, query).ToList();
        await RefineYoungAsync(query, processes, coarse, late, curves, cancellationToken);
        return new([.. processes.Values.SelectMany(p => p).OrderBy(p => p.Host.Name, StringComparer.Ordinal).ThenBy(p => p.StartedAt)], curves, promql);
    }

    // How often Prometheus scraped at either end of the range: older blocks may be coarser than what is scraped now.
    private async Task<(TimeSpan Early, TimeSpan Late)> ScrapeIntervalsAsync(CurveQuery query, CancellationToken cancellationToken)
    {
        var early = IntervalAsync(query.From + ScrapeLook, ScrapeLook, cancellationToken);
        var late = IntervalAsync(query.To, RecentLook, cancellationToken);
        await Task.WhenAll(early, late);
        var now = await late ?? await IntervalAsync(query.To, ScrapeLook, cancellationToken) ?? query.Step;
        return (await early ?? now, now);
    }

    // Null when the look is too short to tell: one sample in it has no interval.
    private async Task<TimeSpan?> IntervalAsync(DateTimeOffset at, TimeSpan look, CancellationToken cancellationToken)
    {
        var samples = await prometheus.QueryAsync(promQl.SamplesWithin(look), at, cancellationToken);
        return samples is [var one] && one.Last >= 2 ? TimeSpan.FromSeconds(Math.Ceiling(look.TotalSeconds / one.Last)) : null;
    }

    private static Sampling Sample(TimeSpan step, TimeSpan scrape) =>
        new(step, step > ScrapesPerWindow * scrape ? step : ScrapesPerWindow * scrape);

    private static TimeSpan Finer(TimeSpan step, TimeSpan scrape) => scrape < step ? scrape : step;

    private async Task RefineYoungAsync(
        CurveQuery query, IReadOnlyDictionary<string, IReadOnlyList<ProcessIncarnation>> processes, Sampling coarse, TimeSpan scrape,
        List<MethodCurve> curves, CancellationToken cancellationToken)
    {
        var to = query.To.ToUnixTimeSeconds();
        // A host whose clock is ahead has started after the range's end, where there is nothing to ask for.
        var young = processes.Values.Where(p => p.Count > 0).Select(p => p[^1])
            .Where(p => p.StartedAt < to && to - p.StartedAt < YoungWindows * coarse.Window.TotalSeconds).ToList();
        if (young.Count == 0)
            return;
        var from = DateTimeOffset.FromUnixTimeSeconds((long)young.Min(p => p.StartedAt));
        var step = TimeSpan.FromSeconds(Math.Max(scrape.TotalSeconds, Math.Ceiling((query.To - from).TotalSeconds / CurveQuery.MaxPoints)));
        var fine = Sample(step, scrape);
        if (fine.Window >= coarse.Window)
            return;

        var hosts = young.Select(p => p.Host.Name).ToList();
        var promql = promQl.LatencyQuantile(query.Quantile, fine.Window, hosts, query.Methods);
        var latency = await prometheus.QueryRangeAsync(promql, from, query.To, fine.Step, cancellationToken);
        var starts = young.ToDictionary(p => p.Host.Name, p => (IReadOnlyList<ProcessIncarnation>)[p], StringComparer.Ordinal);
        curves.RemoveAll(c => young.Contains(c.Curve.Process));
        curves.AddRange(Align(latency, starts, fine, query));
    }

    private IEnumerable<MethodCurve> Align(
        IReadOnlyList<Series> latency, IReadOnlyDictionary<string, IReadOnlyList<ProcessIncarnation>> processes, Sampling sampling, CurveQuery query) =>
        from series in latency
        where processes.ContainsKey(series[names.HostLabel])
        let service = series[names.ServiceLabel]
        let method = service.Length == 0 ? "" : $"{service}/{series[names.MethodLabel]}"

        // The query matches services and methods apart; what nobody asked for is left out here.
        where query.Methods.Count == 0 || query.Methods.Contains(method)
        from curve in AgeCurve.Align(series.Times, series.Values, sampling.Window.TotalSeconds, processes[series[names.HostLabel]])
        select new MethodCurve(method, curve, sampling);
}
