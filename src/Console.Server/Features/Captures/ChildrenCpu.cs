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

    /// <summary>
    /// Compares over the profile's own time, which ended when it was taken. Where Prometheus scraped too rarely for that, the minute until then is told, and not compared: a process
    /// that was busy before or after would look as if the profile missed something.
    /// </summary>
    /// <param name="profiledSeconds">CPU time of all samples, whatever is looked at.</param>
    /// <param name="seconds">How long the profile took.</param>
    /// <returns>One sentence; empty where nothing can be said.</returns>
    public async Task<string> BesideAsync(CaptureRow row, double profiledSeconds, double seconds, CancellationToken cancellationToken)
    {
        if (row.Kind != "cpu" || row.Host.Length == 0 || seconds <= 0)
            return "";
        try
        {
            var window = TimeSpan.FromSeconds(Math.Round(seconds));
            var used = await UsedAsync(row, window, cancellationToken);
            if (used is { Process: null } or { Children: null } && window < Least && await UsedAsync(row, Least, cancellationToken) is var wide
                && (used.Process is null || wide.Children is not null))
                (used, window) = (wide, Least);
            return Words(profiledSeconds / seconds, seconds, window.TotalSeconds, used.Process, used.Children);
        }
        catch (PrometheusException e)
        {
            return $"What the children used meanwhile is not known: {e.Message}";
        }
    }

    /// <param name="profiled">Cores that the profile accounts for.</param>
    /// <param name="seconds">How long it took.</param>
    /// <param name="window">Over how many seconds, until it ended, the others are told.</param>
    /// <param name="process">Cores that the process used; null where Prometheus does not say.</param>
    /// <param name="children">Cores that its children used; null where that is not known.</param>
    public static string Words(double profiled, double seconds, double window, double? process, double? children)
    {
        var isSame = Math.Abs(window - seconds) < 1;
        var seen = (process, isSame) switch
        {
            (null or <= 0, _) => Invariant($"The profile has {profiled:0.00} cores over its {seconds:0} s; what the process used is not known"),
            ({ } own, true) => Invariant($"Over its {seconds:0} s the profile has {profiled:0.00} cores of the {own:0.00} that the process used")
                + (profiled < own * LeastCoverage ? ", so it misses part of it" : ""),
            ({ } own, false) => Invariant($"The profile has {profiled:0.00} cores over its {seconds:0} s, for which Prometheus has too few scrapes to compare. Over the {window:0} s until its end the process used {own:0.00}"),
        };
        return seen + (children is { } others
            ? Invariant($"; its children used {others:0.00}{(process is > 0 ? "" : Invariant($" over {window:0} s"))}, which a profile of the process cannot see: perf does.")
            : "; what its children used is not known, since no figures of the whole service cover the process.");
    }

    private async Task<(double? Process, double? Children)> UsedAsync(CaptureRow row, TimeSpan window, CancellationToken cancellationToken) =>
        (await ValueAsync(promQl.Rate(names.ProcessCpu, window), row, cancellationToken), await ValueAsync(promQl.ChildrenCpu(window), row, cancellationToken));

    private async Task<double?> ValueAsync(string query, CaptureRow row, CancellationToken cancellationToken) =>
        (await prometheus.QueryAsync(query, row.TakenAt, cancellationToken)).FirstOrDefault(series => series[names.HostLabel] == row.Host)?.Last;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
