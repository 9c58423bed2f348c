using FleetConsole.Server.Sources.Metrics;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Tests.Sources;

public sealed class MetricNamesTests
{
    [Fact]
    public void The_gitaly_preset_has_Gitalys_build_info_and_spawn_metrics()
    {
        var names = Of(new() { Preset = "gitaly" });

        Assert.Equal("gitlab_build_info", names.BuildInfo);
        Assert.Equal("gitaly_spawn_forking_time_seconds", names.ForkingHistogram);
        Assert.Equal("grpc_server_handling_seconds", names.LatencyHistogram);
    }

    [Fact]
    public void The_go_grpc_preset_has_the_interceptors_names_and_neither_build_info_nor_spawns()
    {
        var names = Of(new() { Preset = "go-grpc" });

        Assert.Equal("grpc_server_handling_seconds", names.LatencyHistogram);
        Assert.Equal("", names.BuildInfo);
        Assert.Equal("", names.ForkingHistogram);
    }

    [Fact]
    public void What_is_set_wins_over_the_preset()
    {
        var names = Of(new() { Preset = "gitaly", BuildInfo = "my_build_info", VersionLabel = "revision", ForkingHistogram = "" });

        Assert.Equal(("my_build_info", "revision", ""), (names.BuildInfo, names.VersionLabel, names.ForkingHistogram));
    }

    [Fact]
    public void Every_name_can_be_set()
    {
        var names = Of(new()
        {
            LatencyHistogram = "a",
            HandledTotal = "c",
            ServiceLabel = "d",
            MethodLabel = "e",
            PooledExcept = "f",
            ProcessStart = "g",
            ProcessCpu = "h",
            VirtualMemory = "i",
            ResidentMemory = "j",
            ServiceCpu = "k",
            StartedTotal = "l",
            Goroutines = "m",
            Threads = "n",
            OpenFds = "o",
            GcDuration = "p",
            SpawnQueue = "q",
        });

        Assert.Equal(
            ["a", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q"],
            [
                names.LatencyHistogram, names.HandledTotal, names.ServiceLabel, names.MethodLabel, names.PooledExcept,
                names.ProcessStart, names.ProcessCpu, names.VirtualMemory, names.ResidentMemory, names.ServiceCpu,
                names.StartedTotal, names.Goroutines, names.Threads, names.OpenFds, names.GcDuration, names.SpawnQueue,
            ]);
    }

    private static MetricNames Of(MetricOptions options) => new(Options.Create(options));
}
