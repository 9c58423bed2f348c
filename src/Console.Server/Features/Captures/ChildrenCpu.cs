using System.Globalization;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Captures;

/// <summary>What a CPU profile cannot see, said beside it: what the process's children used meanwhile, and how much of the process itself the profile has.</summary>
internal sealed class ChildrenCpu(PrometheusClient prometheus, PromQl promQl, MetricNames names)
{
    // A rate needs some scrapes; a profile of ten seconds may have seen none.
    private static readonly TimeSpan Least = TimeSpan.FromMinutes(1);

    // Ten seconds have few samples; below this it is no chance. While a process forks, signals are blocked, and with them the profiler's.
    private const double LeastCoverage = 0.7;

    /// <returns>One sentence; empty where nothing can be said.</returns>
    public async Task<string> BesideAsync(CaptureRow row, double profiledSeconds, double seconds, CancellationToken cancellationToken)
    {
        if (row.Kind != "cpu" || row.Host.Length == 0 || seconds <= 0)
            return "";
        try
        {
            var window = TimeSpan.FromSeconds(Math.Max(Least.TotalSeconds, seconds));
            var process = await ValueAsync(promQl.Rate(names.ProcessCpu, window), row, cancellationToken);
            var children = await ValueAsync(promQl.ChildrenCpu(window), row, cancellationToken);
            return Words(profiledSeconds / seconds, process, children);
        }
        catch (PrometheusException e)
        {
            return $"What the children used meanwhile is not known: {e.Message}";
        }
    }

    /// <param name="profiled">Cores that the profile accounts for.</param>
    /// <param name="process">Cores that the process used; null where Prometheus does not say.</param>
    /// <param name="children">Cores that its children used; null where that is not known.</param>
    public static string Words(double profiled, double? process, double? children)
    {
        var seen = process is { } own and > 0
            ? string.Create(CultureInfo.InvariantCulture, $"The profile has {profiled:0.00} cores of the {own:0.00} that the process used")
                + (profiled < own * LeastCoverage ? ", so it misses part of it" : "")
            : string.Create(CultureInfo.InvariantCulture, $"The profile has {profiled:0.00} cores; what the process used is not known");
        return children is { } others
            ? seen + string.Create(CultureInfo.InvariantCulture, $"; its children used {others:0.00} meanwhile, which a profile of the process cannot see: perf does.")
            : seen + "; what its children used is not known, since no figures of the whole service cover the process.";
    }

    private async Task<double?> ValueAsync(string query, CaptureRow row, CancellationToken cancellationToken) =>
        (await prometheus.QueryAsync(query, row.TakenAt, cancellationToken)).FirstOrDefault(series => series[names.HostLabel] == row.Host)?.Last;
}
