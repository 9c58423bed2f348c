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
        var window = TimeSpan.FromSeconds(options.Value.RateWindowSeconds);
        Task<IReadOnlyList<Series>> Ask(string promql) => prometheus.QueryAsync(promql, cancellationToken);
        Task<IReadOnlyList<Series>> AskIf(string metric, Func<string> promql) =>
            metric.Length == 0 ? Task.FromResult<IReadOnlyList<Series>>([]) : Ask(promql());

        var up = Ask(promQl.Up());
        var start = Ask(promQl.ProcessStart());
        var build = AskIf(names.BuildInfo, () => promQl.VersionSeen());
        var p99 = Ask(promQl.LatencyQuantile(0.99, window));
        var requests = Ask(promQl.RequestRate(window));
        var processCpu = Ask(promQl.Rate(names.ProcessCpu, window));
        var serviceCpu = AskIf(names.ServiceCpu, () => promQl.ServiceCpu(window));
        var virtualMemory = Ask(promQl.Gauge(names.VirtualMemory));
        var residentMemory = Ask(promQl.Gauge(names.ResidentMemory));
        var forking = AskIf(names.ForkingHistogram, () => promQl.ForkUtilisation(window));
        var callsStarted = Ask(promQl.Calls(names.StartedTotal));
        var callsHandled = Ask(promQl.Calls(names.HandledTotal));
        await Task.WhenAll(up, callsStarted, callsHandled, start, build, p99, requests, processCpu, serviceCpu, virtualMemory, residentMemory, forking);
        await RefreshRosterAsync(cancellationToken);

        // A host that is gone keeps its last start and version, so that its row can say what it was.
        var hosts = _roster.Select(s => s[names.HostLabel]).Union((await up).Select(s => s[names.HostLabel]), StringComparer.Ordinal)
            .ToDictionary(host => host, host => last.Hosts.GetValueOrDefault(host) is { } old
                ? new HostMetrics(host) { StartedAt = old.StartedAt, Version = old.Version }
                : new HostMetrics(host), StringComparer.Ordinal);
        Lay(hosts, await up, (host, value) => host with { Scraped = value > 0 });
        Lay(hosts, _roster, (host, value) => host with { StartedAt = host.StartedAt ?? value });
        Lay(hosts, await start, (host, value) => host with { StartedAt = value, ScrapedStart = value });
        Lay(hosts, await p99, (host, value) => host with { P99Seconds = value });
        Lay(hosts, await requests, (host, value) => host with { RequestsPerSecond = value });
        Lay(hosts, await processCpu, (host, value) => host with { ProcessCpuCores = value });
        Lay(hosts, await serviceCpu, (host, value) => host with { ServiceCpuCores = value }, names.ServiceHostLabel);
        Lay(hosts, await virtualMemory, (host, value) => host with { VirtualMemoryBytes = value });
        Lay(hosts, await residentMemory, (host, value) => host with { ResidentMemoryBytes = value });
        Lay(hosts, await forking, (host, value) => host with { ForkUtilisation = value });
        Lay(hosts, await callsStarted, (host, value) => host with { CallsStarted = value });
        Lay(hosts, await callsHandled, (host, value) => host with { CallsHandled = value });
        foreach (var series in (await build).OrderBy(s => s.Last))
        {
            if (hosts.TryGetValue(series[names.HostLabel], out var host))
                hosts[host.Host] = host with { Version = series[names.VersionLabel] };
        }

        return new(time.GetUtcNow(), hosts, _methods);
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
}
