using FleetConsole.Analysis.Fleet;
using FleetConsole.Server.Sources.Prometheus;

namespace FleetConsole.Server.Sources.Metrics;

/// <summary>Reads a fleet's processes of a time range from Prometheus.</summary>
internal sealed class IncarnationReader(PrometheusClient prometheus, PromQl promQl, MetricNames names)
{
    // Prometheus refuses more points a series than 11,000.
    private const int MostSteps = 10_000;

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
        if (cut <= from || cut >= to)
            return Split(await ReadSamplesAsync(hosts, from, to, cut <= from ? fine : coarse, cancellationToken));

        // The coarse part first, so that a host's samples stay in order of time when they are joined.
        var early = ReadSamplesAsync(hosts, from, cut, coarse, cancellationToken);
        var late = ReadSamplesAsync(hosts, cut + fine, to, fine, cancellationToken);
        await Task.WhenAll(early, late);
        return Split((await early).Join(await late));
    }

    /// <summary>
    /// What is known of the whole fleet's processes, carried on: only steps that are new are asked for. Fails without
    /// loss, since what was known stays as it is.
    /// </summary>
    /// <param name="known">From the same window and step before; <see cref="ProcessSamples.None"/> at first.</param>
    /// <param name="from">On a step; what is older is dropped.</param>
    /// <param name="to">On a step.</param>
    /// <param name="step">The same each time.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="PrometheusException">Prometheus did not answer, or its series name no host.</exception>
    public async Task<ProcessSamples> ContinueAsync(
        ProcessSamples known, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken)
    {
        var begin = known.To >= from ? known.To.Value + step : from;
        var newer = await ReadSamplesAsync([], begin, to, step, cancellationToken);

        // Those of other programs may lack it where nothing but the metric's name selects them; a server's do not.
        if (newer.Starts.Count > 0 && newer.Starts.All(series => series[names.HostLabel].Length == 0))
            throw new PrometheusLabelException(prometheus.Endpoint, promQl.ProcessStart(), names.HostLabel, "Metrics:HostLabel");
        var joined = known.Join(newer, from.ToUnixTimeMilliseconds() / 1000.0);
        return joined.Starts.Count == 0 ? ProcessSamples.None : joined with { To = begin > to ? known.To : to };
    }

    /// <summary>What says that the fleet has no start times at all.</summary>
    public PrometheusMissingException Missing() => new(prometheus.Endpoint, promQl.ProcessStart(), "Metrics:ProcessStart and Metrics:Selector");

    /// <summary>The processes by host, oldest first.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ProcessIncarnation>> Split(ProcessSamples samples)
    {
        var versions = samples.Versions.Where(series => series[names.VersionLabel].Length > 0).GroupBy(series => series[names.HostLabel], StringComparer.Ordinal)
            .SelectMany(host => Running([.. host]).Select(version => (Host: host.Key, Version: version)))
            .ToLookup(found => found.Host, found => found.Version, StringComparer.Ordinal);
        return samples.Starts.GroupBy(series => series[names.HostLabel], StringComparer.Ordinal).ToDictionary(
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

        return host.GroupBy(series => series[names.VersionLabel], StringComparer.Ordinal).Select(version => new VersionSamples(
            version.Key, [.. version.SelectMany(series => series.Times.Where((time, i) => series.Values[i] >= latest[time]))]));
    }

    private async Task<ProcessSamples> ReadSamplesAsync(
        IReadOnlyCollection<string> hosts, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken)
    {
        var starts = ReadPartsAsync(promQl.ProcessStart(hosts), from, to, step, cancellationToken);
        var builds = names.BuildInfo.Length == 0
            ? Task.FromResult<IReadOnlyList<Series>>([])
            : ReadPartsAsync(promQl.VersionSeen(hosts), from, to, step, cancellationToken);
        await Task.WhenAll(starts, builds);
        return new(await starts, await builds);
    }

    private async Task<IReadOnlyList<Series>> ReadPartsAsync(
        string promql, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken)
    {
        var found = new List<Series>();
        for (var begin = from; begin <= to; begin += MostSteps * step)
        {
            var last = begin + ((MostSteps - 1) * step);
            found.AddRange(await prometheus.QueryRangeAsync(promql, begin, last < to ? last : to, step, cancellationToken));
        }

        return found;
    }
}
