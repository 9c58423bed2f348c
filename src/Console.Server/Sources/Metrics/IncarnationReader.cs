using FleetConsole.Analysis.Fleet;
using FleetConsole.Server.Sources.Prometheus;

namespace FleetConsole.Server.Sources.Metrics;

/// <summary>Reads a fleet's processes of a time range from Prometheus.</summary>
internal sealed class IncarnationReader(PrometheusClient prometheus, PromQl promQl, MetricNames names)
{
    /// <summary>
    /// The processes seen in [from, to] at each step, by host, oldest first. A process that lived for less than a
    /// step between two steps is not seen.
    /// </summary>
    /// <exception cref="PrometheusException">Prometheus did not answer.</exception>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<ProcessIncarnation>>> ReadAsync(
        IReadOnlyCollection<string> hosts, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken)
    {
        var starts = prometheus.QueryRangeAsync(promQl.ProcessStart(hosts), from, to, step, cancellationToken);
        var builds = names.BuildInfo.Length == 0
            ? Task.FromResult<IReadOnlyList<Series>>([])
            : prometheus.QueryRangeAsync(promQl.BuildInfo(hosts), from, to, step, cancellationToken);
        await Task.WhenAll(starts, builds);

        var versions = (await builds).ToLookup(
            series => series[names.HostLabel],
            series => new VersionSamples(series[names.VersionLabel], series.Times),
            StringComparer.Ordinal);
        return (await starts).ToDictionary(
            series => series[names.HostLabel],
            series => Incarnations.Split(
                new HostId(series[names.HostLabel]), series.Times, series.Values, [.. versions[series[names.HostLabel]]]),
            StringComparer.Ordinal);
    }
}
