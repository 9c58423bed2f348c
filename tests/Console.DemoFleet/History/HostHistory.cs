using MathNet.Numerics.Random;

namespace FleetConsole.DemoFleet.History;

/// <summary>
/// One host's counters and gauges, minute by minute. Counters start at zero with each life, as a real process's do.
/// </summary>
internal sealed class HostHistory(string host, int seed, Timeline timeline)
{
    private const double Step = OpenMetricsFile.StepSeconds;
    private static readonly double[] LatencyBounds = [.001, .005, .025, .1, .5, 1, 10, 30, 60, 300, 1500];
    private static readonly double[] ForkBounds = [.0005, .001, .002, .005, .01, .02, .035, .05, .075, .1, .15, .25, .5, 1, 2.5];
    private readonly MersenneTwister _random = new(seed);
    private readonly IReadOnlyList<Life> _lives = [.. timeline.Lives.Where(life => life.Host == host)];
    private Counters _counters = new();
    private Life? _current;
    private double _wander;

    /// <summary>Adds the samples of one moment. Nothing while the host restarts: then it is not scraped.</summary>
    public void Sample(double at, OpenMetricsFile file)
    {
        var life = _lives.FirstOrDefault(l => at >= l.StartedAt && at < l.EndedAt);
        if (life is null)
        {
            file.Add("up", 0, at, ("instance", host), ("job", "gitaly"));
            return;
        }

        if (life != _current)
        {
            (_current, _counters) = (life, new());

            // A life that began before the recorded past has counted since its start.
            if (at - life.StartedAt > Step)
                _counters.Cpu = 0.05 * (at - life.StartedAt);
        }

        // Real latency wanders by some percent over an hour, and load with it.
        _wander = (0.97 * _wander) + (0.012 * (_random.NextDouble() - 0.5));
        var locked = timeline.Lockups.FirstOrDefault(l => l.Host == host && at >= l.From && at < l.To);
        _counters.Advance(life, at, Step, _wander, locked, _random, LatencyBounds, ForkBounds);
        Write(life, at, file);
    }

    private void Write(Life life, double at, OpenMetricsFile file)
    {
        var age = at - life.StartedAt;
        var labels = new (string, string)[] { ("instance", host), ("job", "gitaly") };
        file.Add("up", 1, at, labels);
        file.Add("process_start_time_seconds", life.StartedAt, at, labels);
        file.Add("gitlab_build_info", 1, at, [.. labels, ("version", life.Version), ("git_version", "2.39.5")]);
        file.Add("process_virtual_memory_bytes", Load.VirtualBytes(age), at, labels);
        file.Add("process_resident_memory_bytes", 14.5e6 + (1e6 * _random.NextDouble()), at, labels);
        file.Add("process_cpu_seconds_total", _counters.Cpu, at, labels);
        file.Add("process_open_fds", 18 + _counters.InFlight * 3, at, labels);
        file.Add("go_goroutines", 28 + _counters.InFlight * 4, at, labels);
        file.Add("go_threads", 11, at, labels);
        file.Add("gitaly_commands_running", Math.Min(2, _counters.InFlight), at, labels);
        file.AddHistogram("gitaly_spawn_forking_time_seconds", ForkBounds, _counters.ForkBuckets, _counters.ForkSum, at, labels);
        for (var m = 0; m < Method.All.Count; m++)
        {
            var method = Method.All[m];
            (string, string)[] own = [.. labels, ("grpc_service", method.Service), ("grpc_method", method.Name), ("grpc_type", method.Type)];
            file.AddHistogram("grpc_server_handling_seconds", LatencyBounds, _counters.Latency[m], _counters.LatencySum[m], at, own);
            file.Add("grpc_server_started_total", _counters.Started[m], at, own);
            file.Add("grpc_server_handled_total", Math.Floor(_counters.Latency[m][^1]), at, [.. own, ("grpc_code", "OK")]);
        }

        var service = new (string, string)[] { ("instance", host), ("job", "agent"), ("id", "/system.slice/gitaly.service") };
        file.Add("container_cpu_usage_seconds_total", _counters.Cpu + _counters.ChildrenCpu, at, [.. service, ("cpu", "total")]);
        file.Add("container_memory_working_set_bytes", 31e6 + (2e6 * _random.NextDouble()), at, service);
    }
}
