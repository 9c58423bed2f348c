using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources.Metrics;

namespace FleetConsole.Server.Features.Captures.Rules;

/// <summary>A rule as a query: one sample a host, and it fires above a threshold. So it can be asked of the past as well.</summary>
/// <param name="Expression">PromQL; its samples carry the host's label.</param>
/// <param name="AtAnyAge">The same without the process's age, for which hosts are matched by their label.</param>
/// <param name="Metrics">Without one of them the rule cannot fire.</param>
/// <param name="Problem">Why it can never fire, by the settings alone; empty when they do not say so.</param>
internal sealed record CaptureRule(CaptureRuleOptions Options, string Expression, string AtAnyAge, IReadOnlyList<string> Metrics, string Problem)
{
    // As the board of sources labels it.
    private static readonly string GitRpcSource = nameof(SourceKind.GitRpc).ToLowerInvariant();
    private static readonly TimeSpan Short = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(30);

    public string Name => Options.Name;

    public static CaptureRule Of(CaptureRuleOptions options, PromQl promQl, MetricNames names)
    {
        var (expression, metrics, needs) = options.When switch
        {
            CaptureTriggers.ForkUtilisation => (promQl.ForkUtilisation(Short), [names.ForkingHistogram + "_sum"], Missing(names.ForkingHistogram, nameof(names.ForkingHistogram))),
            CaptureTriggers.VirtualMemorySlope => (promQl.SlopePerHour(names.VirtualMemory, Long), [names.VirtualMemory], Missing(names.VirtualMemory, nameof(names.VirtualMemory))),
            CaptureTriggers.GoroutinesSlope => (promQl.SlopePerHour(names.Goroutines, Long), [names.Goroutines], Missing(names.Goroutines, nameof(names.Goroutines))),
            CaptureTriggers.Latency => (promQl.LatencyQuantile(0.99, Short), [names.LatencyHistogram + "_bucket"], Missing(names.LatencyHistogram, nameof(names.LatencyHistogram))),

            // Their own metrics are there only while something drifts.
            CaptureTriggers.Drift => (promQl.Own("fleetconsole_drift_ratio", "host"), ["fleetconsole_fleet_drift_state"], ""),
            CaptureTriggers.LeavesFleet => (promQl.Own("fleetconsole_against_fleet_ratio", "host"), ["fleetconsole_fleet_drift_state"], ""),
            CaptureTriggers.HealthTimeouts => (promQl.OwnSilence(GitRpcSource, Short), ["fleetconsole_source_up"], ""),
            _ => (options.Expression, MetricsIn.Of(options.Expression), ""),
        };
        var aged = options.FromAgeMinutes > 0 ? promQl.OlderThan(expression, TimeSpan.FromMinutes(options.FromAgeMinutes)) : expression;
        return new(options, aged, expression, metrics, needs);
    }

    private static string Missing(string name, string setting) => name.Length > 0 ? "" : $"This fleet exports no such metric: Metrics:{setting} is empty.";
}
