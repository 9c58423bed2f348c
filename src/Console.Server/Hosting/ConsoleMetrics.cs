using Prometheus;

namespace FleetConsole.Server.Hosting;

/// <summary>The console's own metrics, on its metrics listener.</summary>
internal static class ConsoleMetrics
{
    public static Counter Commands { get; } = Metrics.CreateCounter(
        "fleetconsole_commands_total", "Commands that ended, by how.", "action", "outcome");

    public static Histogram PrometheusQueries { get; } = Metrics.CreateHistogram(
        "fleetconsole_prometheus_query_seconds", "Time of queries to Prometheus, by result.", "result");

    public static Counter FailedRounds { get; } = Metrics.CreateCounter(
        "fleetconsole_failed_rounds_total", "Rounds of a watch that ended in an unexpected error.", "watch");

    public static Gauge SourceUp { get; } = Metrics.CreateGauge(
        "fleetconsole_source_up", "1 while a source answers the console.", "kind", "name");
}
