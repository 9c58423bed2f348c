using FleetConsole.Analysis.Drift;
using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;

namespace FleetConsole.Server.Features.Findings;

/// <summary>
/// The fleet's latency and metrics in bins of process age of one width, kept up to date: after the first time only what
/// is new is asked of Prometheus. A cache, no truth: it can be read again at any time.
/// </summary>
internal sealed class FleetBins(
    BucketReader buckets, HostMetricReader metrics, IncarnationReader incarnations, DriftScaleOptions scale, BinOptions bins)
{
    // The newest scrape may not be stored yet.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);
    private readonly Dictionary<(string Host, string Method), AgeBins> _series = [];
    private readonly Dictionary<string, MetricSamples> _metrics = new(StringComparer.Ordinal);
    private ProcessSamples _processes = ProcessSamples.None;
    private DateTimeOffset? _bucketsTo;
    private DateTimeOffset? _metricsTo;

    public TimeSpan Window => TimeSpan.FromSeconds((double)scale.BinSeconds * scale.WindowBins);

    /// <summary>The end of the newest window; null before the first update.</summary>
    public DateTimeOffset? To => _bucketsTo;

    /// <summary>The processes seen, by host.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ProcessIncarnation>> Processes { get; private set; } =
        new Dictionary<string, IReadOnlyList<ProcessIncarnation>>();

    public IReadOnlyList<DriftSeries> Series =>
        [.. _series.Select(s => new DriftSeries(new HostId(s.Key.Host), s.Key.Method, s.Value)).OrderBy(s => s.Host.Name, StringComparer.Ordinal).ThenBy(s => s.Method, StringComparer.Ordinal)];

    public IReadOnlyDictionary<string, MetricSamples> Metrics => _metrics;

    /// <summary>Takes in everything up to <paramref name="now"/>. What was read when it fails is kept.</summary>
    /// <param name="now">Until when.</param>
    /// <param name="lockups">Stretches by host of which nothing is taken in.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="PrometheusException">Prometheus did not answer.</exception>
    public async Task UpdateAsync(
        DateTimeOffset now, IReadOnlyDictionary<string, IReadOnlyList<TimeRange>> lockups, CancellationToken cancellationToken)
    {
        var to = Floor(now - Settling);
        var from = Floor(now - Window);
        await UpdateProcessesAsync(from, to, cancellationToken);
        var keepFrom = Unix(from);
        var begin = _bucketsTo > from ? _bucketsTo.Value : from;
        await foreach (var part in buckets.ReadAsync(begin, to, scale.Step, cancellationToken))
        {
            foreach (var method in part)
                Take(method, keepFrom, lockups.GetValueOrDefault(method.Host));
        }

        if (_series.Count == 0)
            await buckets.DemandAsync(to, cancellationToken);
        _bucketsTo = to;
        await UpdateMetricsAsync(from, to, cancellationToken);
        foreach (var (key, series) in _series.ToList())
        {
            if (series.Count == 0 || series.Ends[^1] < keepFrom)
                _series.Remove(key);
        }
    }

    // Before any bucket: counted for no process, a window would be lost for good.
    private async Task UpdateProcessesAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        _processes = await incarnations.ContinueAsync(_processes, from, to, scale.Step, cancellationToken);
        Processes = incarnations.Split(_processes);
        if (Processes.Count > 0)
            return;
        await buckets.DemandAsync(to, cancellationToken);
        throw incarnations.Missing();
    }

    private void Take(MethodBuckets found, double keepFrom, IReadOnlyList<TimeRange>? except)
    {
        var processes = Processes.GetValueOrDefault(found.Host, []);
        var key = (found.Host, found.Method);
        var known = _series.GetValueOrDefault(key);

        // Other buckets than before: what was counted in the old ones cannot be added to.
        _series[key] = known is not null && known.Bounds.AsSpan().SequenceEqual(found.Samples.Bounds)
            ? known.Append(found.Samples, processes, keepFrom, except)
            : AgeBins.Of(found.Samples, processes, bins, except);
    }

    private async Task UpdateMetricsAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var begin = _metricsTo > from ? _metricsTo.Value : from;
        foreach (var (host, newer) in await metrics.ReadAsync(begin, to, scale.Step, cancellationToken))
            _metrics[host] = _metrics.TryGetValue(host, out var older) ? Join(older, newer, Unix(from)) : newer;
        _metricsTo = to;
    }

    private static MetricSamples Join(MetricSamples older, MetricSamples newer, double keepFrom)
    {
        var first = Array.FindIndex(older.Times, t => t >= keepFrom);
        if (first < 0)
            return newer;
        return new([.. older.Times.AsSpan(first), .. newer.Times], older.Names,
            [.. older.Values.Select((values, m) => (float[])[.. values.AsSpan(first), .. newer.Values[m]])]);
    }

    private DateTimeOffset Floor(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % scale.Step.Ticks), TimeSpan.Zero);

    private static double Unix(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / 1000.0;
}
