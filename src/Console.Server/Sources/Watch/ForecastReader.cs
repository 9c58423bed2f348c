using FleetConsole.Analysis.Lockup;
using FleetConsole.Server.Sources.GitRpc;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Sources.Watch;

/// <summary>
/// Forecasts lock-ups from two looks at the whole fleet: the last half hour finely and the last day coarsely. A process
/// that grows by the minute shows in the first, one that grows by the hour in the second; the sooner lock-up counts.
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
            var forks = prometheus.QueryRangeAsync(fork, now - back, now, step, cancellationToken);
            await Task.WhenAll(rates, forks);
            var byHost = (await rates).ToDictionary(s => s[names.HostLabel], StringComparer.Ordinal);
            foreach (var series in await forks)
            {
                var host = series[names.HostLabel];
                if (!byHost.TryGetValue(host, out var spawns) || !starts.TryGetValue(host, out var start))
                    continue;
                var forecast = Of(spawns, series, start + window.TotalSeconds);
                found[host] = found.TryGetValue(host, out var other) ? Sooner(other, forecast) : forecast;
            }
        }

        return found;
    }

    // Samples whose whole window lies in the life of the process that runs. A call that waits longer than the probe does is what a lock-up is seen by.
    private LockupForecast Of(Series spawns, Series forks, double from)
    {
        var rates = spawns.Times.Zip(spawns.Values).ToDictionary(s => s.First, s => s.Second);
        var own = forks.Times.Zip(forks.Values).Where(s => s.First >= from && rates.ContainsKey(s.First)).ToList();
        return LockupForecast.Of([.. own.Select(s => s.First)], [.. own.Select(s => rates[s.First])], [.. own.Select(s => s.Second)], probes.Value.DeadlineSeconds);
    }

    private static LockupForecast Sooner(LockupForecast fine, LockupForecast coarse) => (fine, coarse) switch
    {
        (LockupForecast.Rising a, LockupForecast.Rising b) => a.SecondsToLockup <= b.SecondsToLockup ? a : b,
        (_, LockupForecast.Rising) => coarse,
        (LockupForecast.TooFewSamples, _) => coarse,
        _ => fine,
    };
}
