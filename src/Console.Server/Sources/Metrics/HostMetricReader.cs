using FleetConsole.Analysis.Latency;
using FleetConsole.Server.Sources.Prometheus;

namespace FleetConsole.Server.Sources.Metrics;

/// <summary>Reads over time what may move with a host's latency: one query a metric for the whole fleet.</summary>
internal sealed class HostMetricReader(PrometheusClient prometheus, PromQl promQl, MetricNames names)
{
    // 200 hosts for a day at ten minutes; more hosts, shorter parts.
    private const int MostSteps = 144;

    /// <summary>The metrics by what they are called on pages and in verdicts; each with its query.</summary>
    public IReadOnlyList<(string Name, string PromQl)> Queries(TimeSpan window) =>
    [
        .. new (string Name, string Metric, Func<string> PromQl)[]
        {
            ("virtual memory", names.VirtualMemory, () => promQl.Gauge(names.VirtualMemory)),
            ("resident memory", names.ResidentMemory, () => promQl.Gauge(names.ResidentMemory)),
            ("goroutines", names.Goroutines, () => promQl.Gauge(names.Goroutines)),
            ("threads", names.Threads, () => promQl.Gauge(names.Threads)),
            ("open fds", names.OpenFds, () => promQl.Gauge(names.OpenFds)),
            ("garbage collection", names.GcDuration, () => promQl.Rate(names.GcDuration + "_sum", window)),
            ("fork time", names.ForkingHistogram, () => promQl.MeanForkSeconds(window)),
            ("spawn queue", names.SpawnQueue, () => promQl.Gauge(names.SpawnQueue)),
            ("children's CPU", names.ServiceCpu, () => promQl.ChildrenCpu(window)),
        }.Where(q => q.Metric.Length > 0).Select(q => (q.Name, q.PromQl())),
    ];

    /// <summary>Samples at each step in (from, to], by host.</summary>
    /// <exception cref="PrometheusException">Prometheus did not answer.</exception>
    public async Task<IReadOnlyDictionary<string, MetricSamples>> ReadAsync(
        DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var at = from + step; at <= to; at += step)
            times.Add(at.ToUnixTimeMilliseconds() / 1000.0);
        var queries = Queries(step);
        var hosts = new Dictionary<string, float[][]>(StringComparer.Ordinal);
        for (var begin = 0; begin < times.Count; begin += MostSteps)
        {
            var (first, last) = (from + ((begin + 1) * step), from + (Math.Min(begin + MostSteps, times.Count) * step));
            for (var q = 0; q < queries.Count; q++)
            {
                foreach (var series in await prometheus.QueryRangeAsync(queries[q].PromQl, first, last, step, cancellationToken))
                    Lay(hosts, series, q, queries.Count, from, step, times.Count);
            }
        }

        var found = queries.Select(q => q.Name).ToList();
        return hosts.ToDictionary(h => h.Key, h => new MetricSamples([.. times], found, h.Value), StringComparer.Ordinal);
    }

    private void Lay(Dictionary<string, float[][]> hosts, Series series, int metric, int metrics, DateTimeOffset from, TimeSpan step, int count)
    {
        var host = series[names.HostLabel];
        if (!hosts.TryGetValue(host, out var values))
        {
            hosts[host] = values = new float[metrics][];
            for (var m = 0; m < metrics; m++)
            {
                values[m] = new float[count];
                Array.Fill(values[m], float.NaN);
            }
        }

        var origin = from.ToUnixTimeMilliseconds() / 1000.0;
        for (var i = 0; i < series.Times.Length; i++)
        {
            var at = (int)Math.Round((series.Times[i] - origin) / step.TotalSeconds) - 1;
            if (at >= 0 && at < count)
                values[metric][at] = (float)series.Values[i];
        }
    }
}
