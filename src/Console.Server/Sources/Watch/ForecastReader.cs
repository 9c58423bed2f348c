using FleetConsole.Analysis.Lockup;
using FleetConsole.Server.Sources.GitRpc;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Sources.Watch;

/// <summary>
/// Forecasts lock-ups from two looks at the whole fleet: the last half hour finely and the last day coarsely. A process
/// that grows by the minute shows in the first, one that grows by the hour in the second; the sooner lock-up counts.
/// A call that waits longer than the probe does is what a lock-up is seen by.
/// </summary>
internal sealed class ForecastReader(PrometheusClient prometheus, PromQl promQl, MetricNames names, IOptions<GitRpcOptions> probes)
{
    private static readonly (TimeSpan Back, TimeSpan Step, TimeSpan Window)[] Looks =
    [
        (TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(1)),
        (TimeSpan.FromHours(24), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10)),
    ];

    /// <summary>The fleet exports no fork histogram, so fork times and spawns are estimates.</summary>
    public bool Estimated => names.ForkingHistogram.Length == 0;

    /// <param name="starts">The running process's start of each host, Unix seconds.</param>
    /// <returns>By host; a host without samples is missing.</returns>
    /// <exception cref="PrometheusException">Prometheus did not answer.</exception>
    public async Task<IReadOnlyDictionary<string, LockupForecast>> ReadAsync(
        IReadOnlyDictionary<string, double> starts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, LockupForecast>(StringComparer.Ordinal);
        foreach (var (back, step, window) in Looks)
        {
            var rate = Estimated ? promQl.RequestRate(window) : promQl.SpawnRate(window);
            var fork = Estimated ? promQl.EstimatedForkSeconds() : promQl.MeanForkSeconds(window);
            var rates = prometheus.QueryRangeAsync(rate, now - back, now, step, cancellationToken);
            var memory = prometheus.QueryRangeAsync(promQl.Gauge(names.VirtualMemory), now - back, now, step, cancellationToken);
            var forks = prometheus.QueryRangeAsync(fork, now - back, now, step, cancellationToken);
            await Task.WhenAll(rates, memory, forks);
            var (rateOf, memoryOf) = (ByHost(await rates), ByHost(await memory));
            foreach (var series in await forks)
            {
                var host = series[names.HostLabel];
                if (!rateOf.TryGetValue(host, out var spawns) || !starts.TryGetValue(host, out var start))
                    continue;
                var forecast = LockupForecast.Of(Samples(series, spawns, memoryOf.GetValueOrDefault(host), start + window.TotalSeconds), probes.Value.DeadlineSeconds);
                found[host] = found.TryGetValue(host, out var other) ? Sooner(other, forecast) : forecast;
            }
        }

        return found;
    }

    private Dictionary<string, Series> ByHost(IReadOnlyList<Series> series) => series.ToDictionary(s => s[names.HostLabel], StringComparer.Ordinal);

    // Those whose whole window lies in the life of the process that runs.
    private static IEnumerable<ForkSample> Samples(Series forks, Series spawns, Series? memory, double from)
    {
        var (rates, bytes) = (At(spawns), memory is null ? [] : At(memory));
        return forks.Times.Zip(forks.Values).Where(s => s.First >= from && rates.ContainsKey(s.First))
            .Select(s => new ForkSample(s.First, rates[s.First], s.Second, bytes.GetValueOrDefault(s.First, double.NaN)));
    }

    private static Dictionary<double, double> At(Series series) => series.Times.Zip(series.Values).ToDictionary(s => s.First, s => s.Second);

    private static LockupForecast Sooner(LockupForecast fine, LockupForecast coarse) => (fine, coarse) switch
    {
        (LockupForecast.Rising a, LockupForecast.Rising b) => a.SecondsToLockup <= b.SecondsToLockup ? a : b,
        (_, LockupForecast.Rising) => coarse,
        (LockupForecast.TooFewSamples, _) => coarse,
        _ => fine,
    };
}
