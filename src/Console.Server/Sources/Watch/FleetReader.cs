using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Sources.Watch;

/// <summary>Reads one look at the whole fleet: one query a figure, whatever the number of hosts.</summary>
internal sealed class FleetReader(
    PrometheusClient prometheus, PromQl promQl, MetricNames names, IOptions<PrometheusOptions> options, IOptions<WatchOptions> watch, TimeProvider time)
{
    // Who was ever there and which methods have traffic changes slowly, and asking costs a scan over days.
    private static readonly TimeSpan RosterAge = TimeSpan.FromMinutes(5);
    private DateTimeOffset _rosterAt = DateTimeOffset.MinValue;
    private DateTimeOffset _methodsAt = DateTimeOffset.MinValue;
    private IReadOnlyList<Series> _roster = [];
    private IReadOnlyList<string> _methods = [];

    /// <exception cref="PrometheusException">Prometheus did not answer one of the queries.</exception>
    public async Task<FleetSnapshot> ReadAsync(FleetSnapshot last, CancellationToken cancellationToken)
    {
        var figures = Figures().ToList();
        var answers = figures.ConvertAll(figure => prometheus.QueryAsync(figure.PromQl, cancellationToken));
        var up = prometheus.QueryAsync(promQl.Up(), cancellationToken);
        var build = names.BuildInfo.Length == 0
            ? Task.FromResult<IReadOnlyList<Series>>([])
            : prometheus.QueryAsync(promQl.VersionSeen(), cancellationToken);
        await Task.WhenAll([.. answers, up, build]);
        await RefreshRosterAsync(cancellationToken);

        // A host that is gone keeps its last start and version, so that its row can say what it was.
        var hosts = _roster.Select(s => s[names.HostLabel]).Union((await up).Select(s => s[names.HostLabel]), StringComparer.Ordinal)
            .ToDictionary(host => host, host => last.Hosts.GetValueOrDefault(host) is { } old
                ? new HostMetrics(host) { StartedAt = old.StartedAt, Version = old.Version }
                : new HostMetrics(host), StringComparer.Ordinal);
        Lay(hosts, await up, (host, value) => host with { Scraped = value > 0 });
        Lay(hosts, _roster, (host, value) => host with { StartedAt = host.StartedAt ?? value });
        for (var i = 0; i < figures.Count; i++)
            Lay(hosts, await answers[i], figures[i].Lay, figures[i].HostLabel);
        foreach (var series in (await build).OrderBy(s => s.Last))
        {
            if (hosts.TryGetValue(series[names.HostLabel], out var host))
                hosts[host.Host] = host with { Version = series[names.VersionLabel] };
        }

        return new(time.GetUtcNow(), hosts, _methods);
    }

    // One query a figure; a metric that the fleet has not is not asked for.
    private IEnumerable<Figure> Figures()
    {
        var window = TimeSpan.FromSeconds(options.Value.RateWindowSeconds);
        yield return new(promQl.ProcessStart(), (host, value) => host with { StartedAt = value, ScrapedStart = value });
        yield return new(promQl.LatencyQuantile(0.99, window), (host, value) => host with { P99Seconds = value });
        yield return new(promQl.RequestRate(window), (host, value) => host with { RequestsPerSecond = value });
        yield return new(promQl.Calls(names.StartedTotal), (host, value) => host with { CallsStarted = value });
        yield return new(promQl.Calls(names.HandledTotal), (host, value) => host with { CallsHandled = value });
        yield return new(promQl.Rate(names.ProcessCpu, window), (host, value) => host with { ProcessCpuCores = value });
        yield return new(promQl.Gauge(names.VirtualMemory), (host, value) => host with { VirtualMemoryBytes = value });
        yield return new(promQl.Gauge(names.ResidentMemory), (host, value) => host with { ResidentMemoryBytes = value });
        if (names.ServiceCpu.Length > 0)
            yield return new(promQl.ServiceCpu(window), (host, value) => host with { ServiceCpuCores = value }, names.ServiceHostLabel);
        if (names.ForkingHistogram.Length > 0)
            yield return new(promQl.ForkUtilisation(window), (host, value) => host with { ForkUtilisation = value });
    }

    private async Task RefreshRosterAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() - _rosterAt >= RosterAge || _roster.Count == 0)
        {
            _roster = await prometheus.QueryAsync(promQl.LastStartWithin(TimeSpan.FromDays(watch.Value.LookBackDays)), cancellationToken);
            _rosterAt = time.GetUtcNow();
        }

        // Right after its first start a fleet has no traffic yet; then the next poll asks again, which is cheap.
        if (time.GetUtcNow() - _methodsAt >= RosterAge || _methods.Count == 0)
        {
            var methods = await prometheus.QueryAsync(promQl.MethodsWithTraffic(TimeSpan.FromHours(1)), cancellationToken);
            _methods = [.. methods.Select(s => $"{s[names.ServiceLabel]}/{s[names.MethodLabel]}").Order(StringComparer.Ordinal)];
            _methodsAt = time.GetUtcNow();
        }
    }

    private void Lay(
        Dictionary<string, HostMetrics> hosts, IReadOnlyList<Series> figures, Func<HostMetrics, double, HostMetrics> lay, string? hostLabel = null)
    {
        foreach (var series in figures)
        {
            // NaN is a quantile without traffic: no figure, not a bad one.
            if (double.IsFinite(series.Last) && hosts.TryGetValue(series[hostLabel ?? names.HostLabel], out var host))
                hosts[host.Host] = lay(host, series.Last);
        }
    }

    private sealed record Figure(string PromQl, Func<HostMetrics, double, HostMetrics> Lay, string? HostLabel = null);
}
