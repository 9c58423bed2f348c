using System.Globalization;
using System.Runtime.CompilerServices;
using FleetConsole.Analysis.Latency;
using FleetConsole.Server.Sources.Prometheus;

namespace FleetConsole.Server.Sources.Metrics;

/// <summary>One host's and method's latency buckets over some time.</summary>
/// <param name="Method">"service/method".</param>
internal sealed record MethodBuckets(string Host, string Method, BucketSamples Samples);

/// <summary>
/// Reads the whole fleet's latency buckets: one query for all hosts and methods, split by time so that no answer
/// outgrows memory, one part after the other so that Prometheus is asked one thing at a time.
/// </summary>
internal sealed class BucketReader(PrometheusClient prometheus, PromQl promQl, MetricNames names)
{
    // About 30 MB of JSON.
    private const double ValuesPerPart = 1_000_000;

    // Prometheus refuses more points a series.
    private const int MostSteps = 10_000;

    // Where the range ends in a gap there is nothing to count; a day at ten minutes is a modest part of most fleets.
    private const int StepsUncounted = 144;

    // Recorded every ten minutes; with fewer than this share of them the rule is too young for the part, or was broken.
    private const double RecordedShare = 0.9;
    private static readonly TimeSpan RecordedStep = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Increases over windows of <paramref name="step"/> that end in (from, to], in parts, oldest first. A part has each
    /// host and method once, those without a call in it left out.
    /// </summary>
    /// <exception cref="PrometheusException">Prometheus did not answer.</exception>
    public async IAsyncEnumerable<IReadOnlyList<MethodBuckets>> ReadAsync(
        DateTimeOffset from, DateTimeOffset to, TimeSpan step, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var count = await prometheus.QueryAsync(promQl.BucketSeries(), to, cancellationToken);
        var steps = count is [var series] && series.Last > 0 ? (int)Math.Clamp(ValuesPerPart / series.Last, 1, MostSteps) : StepsUncounted;
        for (var begin = from; begin + step <= to;)
        {
            var end = begin + (steps * step) < to ? begin + (steps * step) : to;
            yield return await ReadPartAsync(begin, end, step, cancellationToken);
            begin += steps * step;
        }
    }

    /// <summary>Whether the fleet has latency buckets at all, called or not.</summary>
    /// <exception cref="PrometheusMissingException">It has none: the metric has another name.</exception>
    public async Task DemandAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        if ((await prometheus.QueryAsync(promQl.BucketSeries(), at, cancellationToken)).Count == 0)
            throw new PrometheusMissingException(prometheus.Endpoint, promQl.BucketSeries(), "Metrics:LatencyHistogram and Metrics:Selector");
    }

    private async Task<IReadOnlyList<MethodBuckets>> ReadPartAsync(DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken)
    {
        var recorded = step == RecordedStep ? await ReadRecordedAsync(from, to, cancellationToken) : [];

        // Where the rule keeps every host this selects no series; a host that it does not keep is not lost.
        var hosts = recorded.Select(s => s[names.HostLabel]).Distinct(StringComparer.Ordinal).ToList();
        var raw = await prometheus.QueryRangeAsync(promQl.BucketIncreases(step, hosts), from + step, to, step, cancellationToken);
        return Gather([.. recorded, .. raw], step);
    }

    // Of the hosts that the rule has kept all the time: it may be younger than that, or have a narrower selector than the console's.
    private async Task<IReadOnlyList<Series>> ReadRecordedAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var least = RecordedShare * Math.Floor((to - from) / RecordedStep);
        var recorded = await prometheus.QuerySamplesAsync(promQl.RecordedBucketIncreases(to - from), to, cancellationToken);
        return [.. recorded.GroupBy(s => s[names.HostLabel], StringComparer.Ordinal).Where(host => host.SelectMany(s => s.Times).Distinct().Count() >= least).SelectMany(host => host)];
    }

    private List<MethodBuckets> Gather(IReadOnlyList<Series> series, TimeSpan step)
    {
        Demand(series, names.HostLabel, "Metrics:HostLabel", step);
        Demand(series, names.MethodLabel, "Metrics:MethodLabel", step);
        Demand(series, "le", "Metrics:LatencyHistogram", step);
        var found = new List<MethodBuckets>();
        foreach (var method in series.GroupBy(s => (Host: s[names.HostLabel], Service: s[names.ServiceLabel], Method: s[names.MethodLabel])))
        {
            var buckets = method.GroupBy(s => Bound(s["le"])).Where(b => !double.IsNaN(b.Key)).OrderBy(b => b.Key)
                .Select(b => (Bound: b.Key, Series: Joined([.. b]))).ToList();
            if (buckets.Count >= 2 && double.IsPositiveInfinity(buckets[^1].Bound))
                found.Add(new(method.Key.Host, $"{method.Key.Service}/{method.Key.Method}", Samples(buckets, step.TotalSeconds)));
        }

        return found;
    }

    // Grouped by a label that is not there, a whole fleet would be one host, and its verdict nobody's.
    private void Demand(IReadOnlyList<Series> series, string label, string setting, TimeSpan step)
    {
        if (series.Any(s => s[label].Length == 0))
            throw new PrometheusLabelException(prometheus.Endpoint, promQl.BucketIncreases(step), label, setting);
    }

    // le="1" and le="1.0" are one bucket: exporters and versions of Prometheus write the same bound in either way.
    private static Series Joined(IReadOnlyList<Series> spellings)
    {
        if (spellings is [var only])
            return only;
        var sums = new SortedDictionary<double, double>();
        foreach (var (time, value) in spellings.SelectMany(s => s.Times.Zip(s.Values)))
            sums[time] = sums.GetValueOrDefault(time) + value;
        return spellings[0] with { Times = [.. sums.Keys], Values = [.. sums.Values] };
    }

    private static BucketSamples Samples(List<(double Bound, Series Series)> buckets, double step)
    {
        var times = buckets[^1].Series.Times;
        var counts = new float[times.Length * buckets.Count];
        Array.Fill(counts, float.NaN);
        var below = new double[times.Length];
        for (var k = 0; k < buckets.Count; k++)
        {
            var one = buckets[k].Series;
            for (int i = 0, at = 0; i < times.Length; i++)
            {
                while (at < one.Times.Length && one.Times[at] < times[i])
                    at++;

                // A bucket that is missing leaves a NaN, and the window counts for nothing. Extrapolation can put an
                // upper bucket a hair under a lower one; that is no negative count.
                if (at >= one.Times.Length || one.Times[at] != times[i])
                    continue;
                counts[(i * buckets.Count) + k] = (float)Math.Max(0, one.Values[at] - below[i]);
                below[i] = one.Values[at];
            }
        }

        return new(times, step, counts, [.. buckets.SkipLast(1).Select(b => b.Bound)]);
    }

    private static double Bound(string le) => le == "+Inf"
        ? double.PositiveInfinity
        : double.TryParse(le, NumberStyles.Float, CultureInfo.InvariantCulture, out var bound) ? bound : double.NaN;
}
