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

    public static Gauge CaptureShare { get; } = Metrics.CreateGauge(
        "fleetconsole_captures_limit_ratio", "Captures kept of a host over their limit, by number or size, whichever is nearer: at 1 nothing more is taken.", "host");

    public static Gauge LockedUp { get; } = Metrics.CreateGauge(
        "fleetconsole_locked_up", "1 while a host is locked up.", "host");

    public static Gauge ForkUtilisation { get; } = Metrics.CreateGauge(
        "fleetconsole_fork_utilisation", "Spawns per second in a busy time x mean fork time: the share of a busy time in which the fork lock is held.", "host");

    public static Gauge SecondsToLockup { get; } = Metrics.CreateGauge(
        "fleetconsole_lockup_seconds", "Until calls wait for the fork lock as long as the probe's deadline, if fork time goes on rising; absent while it does not rise beyond doubt.", "host");

    public static Gauge DriftState { get; } = Metrics.CreateGauge(
        "fleetconsole_drift_state", "3: suspected, 4: drifting. Absent while a series is neither.", "host", "method", "bin_seconds");

    public static Gauge DriftRatio { get; } = Metrics.CreateGauge(
        "fleetconsole_drift_ratio", "Latency at an age of 24 bins over latency at age 0, of series that are suspected or drift.", "host", "method", "bin_seconds");

    public static Gauge AgainstFleet { get; } = Metrics.CreateGauge(
        "fleetconsole_against_fleet_ratio", "Latency over that of the other hosts at equal age, of series that are suspected, drift, or lie outside the others' band.", "host", "method", "bin_seconds");

    public static Gauge FleetDrift { get; } = Metrics.CreateGauge(
        "fleetconsole_fleet_drift_state", "All hosts and methods pooled, of the last look that succeeded. 1: not enough data, 2: steady, 3: suspected, 4: drifting.", "bin_seconds");

    public static Gauge LastLook { get; } = Metrics.CreateGauge(
        "fleetconsole_drift_last_look_timestamp_seconds", "End of the newest samples that were judged.", "bin_seconds");

    public static Gauge SourceUp { get; } = Metrics.CreateGauge(
        "fleetconsole_source_up", "1 while a source answers the console.", "kind", "name");
}
