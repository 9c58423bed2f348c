using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Sources.Metrics;

/// <summary>The names in use: the preset's, with what the configuration sets on its own laid over it.</summary>
internal sealed class MetricNames(IOptions<MetricOptions> options)
{
    private readonly MetricOptions _set = options.Value;
    private readonly bool _gitaly = options.Value.Preset == "gitaly";

    public string Selector => _set.Selector;

    public string HostLabel => _set.HostLabel;

    public string LatencyHistogram => _set.LatencyHistogram ?? "grpc_server_handling_seconds";

    public string HandledTotal => _set.HandledTotal ?? "grpc_server_handled_total";

    public string StartedTotal => _set.StartedTotal ?? "grpc_server_started_total";

    public string ServiceLabel => _set.ServiceLabel ?? "grpc_service";

    public string MethodLabel => _set.MethodLabel ?? "grpc_method";

    public string PooledExcept => _set.PooledExcept ?? "grpc.health.v1.Health";

    public string BuildInfo => _set.BuildInfo ?? (_gitaly ? "gitlab_build_info" : "");

    public string VersionLabel => _set.VersionLabel ?? "version";

    public string ForkingHistogram => _set.ForkingHistogram ?? (_gitaly ? "gitaly_spawn_forking_time_seconds" : "");

    public string SpawnQueue => _set.SpawnQueue ?? (_gitaly ? "gitaly_spawn_token_waiting_length" : "");

    public string Goroutines => _set.Goroutines ?? "go_goroutines";

    public string Threads => _set.Threads ?? "go_threads";

    public string OpenFds => _set.OpenFds ?? "process_open_fds";

    public string GcDuration => _set.GcDuration ?? "go_gc_duration_seconds";

    public string ServiceCpu => _set.ServiceCpu ?? "container_cpu_usage_seconds_total";

    public string ServiceHostLabel => _set.ServiceHostLabel;

    public string ServiceId => _set.ServiceId;

    public string ProcessStart => _set.ProcessStart ?? "process_start_time_seconds";

    public string ProcessCpu => _set.ProcessCpu ?? "process_cpu_seconds_total";

    public string VirtualMemory => _set.VirtualMemory ?? "process_virtual_memory_bytes";

    public string ResidentMemory => _set.ResidentMemory ?? "process_resident_memory_bytes";
}
