using FleetConsole.Analysis.Fleet;
using FleetConsole.Server.Sources.Prometheus;

namespace FleetConsole.Server.Sources.Metrics;

/// <summary>Reads a fleet's processes of a time range from Prometheus.</summary>
internal sealed class IncarnationReader(PrometheusClient prometheus, PromQl promQl, MetricNames names)
{
    /// <summary>
    /// The processes seen in [from, to] by host, oldest first: up to <paramref name="cut"/> at each coarse step, after
    /// it at each fine one. A process that lived for less than a step between two steps is not seen.
    /// </summary>
    /// <param name="hosts">Empty: every host.</param>
    /// <exception cref="PrometheusException">Prometheus did not answer.</exception>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<ProcessIncarnation>>> ReadAsync(
        IReadOnlyCollection<string> hosts, DateTimeOffset from, DateTimeOffset cut, TimeSpan coarse, TimeSpan fine, DateTimeOffset to,
        CancellationToken cancellationToken)
    {
        var starts = ReadBothAsync(promQl.ProcessStart(hosts), from, cut, coarse, fine, to, cancellationToken);
        var builds = names.BuildInfo.Length == 0
            ? Task.FromResult<IReadOnlyList<Series>>([])
            : ReadBothAsync(promQl.VersionSeen(hosts), from, cut, coarse, fine, to, cancellationToken);
        await Task.WhenAll(starts, builds);

        var versions = (await builds).GroupBy(series => series[names.HostLabel], StringComparer.Ordinal)
            .SelectMany(host => Running([.. host]).Select(version => (Host: host.Key, Version: version)))
            .ToLookup(found => found.Host, found => found.Version, StringComparer.Ordinal);
        return (await starts).GroupBy(series => series[names.HostLabel], StringComparer.Ordinal).ToDictionary(
            host => host.Key,
            host => Incarnations.Split(
                new HostId(host.Key),
                [.. host.SelectMany(part => part.Times)],
                [.. host.SelectMany(part => part.Values)],
                [.. versions[host.Key]]),
            StringComparer.Ordinal);
    }

    // At each moment the version that was reported last is the one that ran.
    private IEnumerable<VersionSamples> Running(IReadOnlyList<Series> host)
    {
        var latest = new Dictionary<double, double>();
        foreach (var series in host)
        {
            for (var i = 0; i < series.Times.Length; i++)
                latest[series.Times[i]] = Math.Max(series.Values[i], latest.GetValueOrDefault(series.Times[i]));
        }

        return host.Select(series => new VersionSamples(
            series[names.VersionLabel], [.. series.Times.Where((time, i) => series.Values[i] >= latest[time])]));
    }

    // The coarse part first, so that a host's samples stay in order of time when they are joined.
    private async Task<IReadOnlyList<Series>> ReadBothAsync(
        string promql, DateTimeOffset from, DateTimeOffset cut, TimeSpan coarse, TimeSpan fine, DateTimeOffset to, CancellationToken cancellationToken)
    {
        if (cut <= from)
            return await prometheus.QueryRangeAsync(promql, from, to, fine, cancellationToken);
        if (cut >= to)
            return await prometheus.QueryRangeAsync(promql, from, to, coarse, cancellationToken);
        var early = prometheus.QueryRangeAsync(promql, from, cut, coarse, cancellationToken);
        var late = prometheus.QueryRangeAsync(promql, cut + fine, to, fine, cancellationToken);
        await Task.WhenAll(early, late);
        return [.. await early, .. await late];
    }
}
