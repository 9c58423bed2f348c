using System.Globalization;
using FleetConsole.Agent.Figures;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Tests.Harness;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Tests;

public sealed class FiguresTests
{
    private const string Cpu = """container_cpu_usage_seconds_total{id="/system.slice/gitaly.service",cpu="total"}""";
    private const string WorkingSet = """container_memory_working_set_bytes{id="/system.slice/gitaly.service"}""";
    private const string Info = """fleetconsole_agent_accounting_info{id="/system.slice/gitaly.service",source="proc"}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_carry_cAdvisors_names_and_no_process_start_time()
    {
        await using var setup = new AgentSetup();
        setup.UnitConfig["CgroupId"] = "/system.slice/gitaly.service";
        var agent = await setup.StartAsync();
        Assert.True(await agent.MetricAsync(WorkingSet) > 0);
        Assert.Equal(1, await agent.MetricAsync(Info));
        Assert.Equal(0, await agent.MetricAsync("""fleetconsole_agent_commands_total{action="restart",outcome="succeeded"}"""));
        await agent.RestartAsync("r-1");
        Assert.Equal(1, await agent.MetricAsync("""fleetconsole_agent_commands_total{action="restart",outcome="succeeded"}"""));
        Assert.DoesNotContain("process_start_time_seconds", await agent.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Childrens_work_is_counted_while_they_run_and_kept_when_they_end()
    {
        // The worker's parent ends first, so the server never waits for it: its time is lost to /proc with it.
        await using var setup = new AgentSetup("((while [ ! -e enough ]; do :; done) &); exec sleep 1000");
        setup.UnitConfig["CgroupId"] = "/system.slice/gitaly.service";
        var agent = await setup.StartAsync();
        await Wait.UntilAsync("half a second of a child's work is counted", async () => await agent.MetricAsync(Cpu) > 0.5);
        var status = await agent.StatusAsync();
        Assert.True(status.Process.CpuSeconds < 0.3);
        Assert.True(status.Service.CpuSeconds > 0.5);
        Assert.Equal(Accounting.ProcTree, status.Service.Accounting);
        await File.WriteAllTextAsync(setup.At("enough"), "", Cancel);
        await Wait.UntilAsync("the child is gone", () => ProcTree.Of((int)status.MainPid).Count(p => !p.IsDead) == 1);
        Assert.True(await agent.MetricAsync(Cpu) >= status.Service.CpuSeconds);
    }

    [Fact]
    public async Task Start_time_is_the_kernels_boot_second_plus_the_processs_ticks()
    {
        await using var setup = new AgentSetup();
        var status = await (await setup.StartAsync()).StatusAsync();
        var boot = (await File.ReadAllLinesAsync("/proc/stat", Cancel)).Single(l => l.StartsWith("btime", StringComparison.Ordinal)).Split(' ')[1];
        var stat = (await File.ReadAllTextAsync($"/proc/{status.MainPid}/stat", Cancel)).Split(") ")[1].Split(' ');
        var expected = double.Parse(boot, CultureInfo.InvariantCulture) + (double.Parse(stat[19], CultureInfo.InvariantCulture) / 100);
        Assert.Equal(expected, status.ProcessStartedAt.ToDateTimeOffset().ToUnixTimeMilliseconds() / 1000.0, 3);
    }

    [Fact]
    public async Task Process_figures_are_the_kernels()
    {
        await using var setup = new AgentSetup("exec 7</dev/null 8</dev/null; exec sleep 1000");
        var agent = await setup.StartAsync();
        await Wait.UntilAsync("the program runs", async () => (await agent.StatusAsync()).State == UnitState.Active);
        var status = await agent.StatusAsync();
        Assert.Equal((1, 5), (status.Process.Threads, status.Process.OpenFds));
        Assert.InRange(status.Process.ResidentMemoryBytes, 100_000, status.Process.VirtualMemoryBytes);
    }

    [Fact]
    public async Task Cgroup_that_does_not_hold_the_process_gives_no_figures()
    {
        await using var setup = new AgentSetup();
        setup.UnitConfig["CgroupPath"] = "/no.slice/no.service";
        var agent = await setup.StartAsync();
        Assert.Null((await agent.StatusAsync()).Service);
        Assert.DoesNotContain("/no.slice", await agent.MetricsAsync(), StringComparison.Ordinal);
        Assert.Single(agent.Lines, l => l.Contains("does not hold process", StringComparison.Ordinal));
    }

    [Fact]
    public void Cgroup_version_1_is_read_as_the_kernel_writes_it() =>
        Assert.Equal(new ServiceUse(578241892245 / 1e9, 1130774528 - 466305024), new CgroupReader(Golden("cgroup-v1")).Read("/system.slice/gitaly.service"));

    [Fact]
    public void Cgroup_version_2_is_read_as_the_kernel_writes_it() =>
        Assert.Equal(new ServiceUse(39.391842, 187_432_960 - 61_276_160), new CgroupReader(Golden("cgroup-v2")).Read("/system.slice/gitaly.service"));

    [Theory]
    [InlineData("cgroup-v1")]
    [InlineData("cgroup-v2")]
    public void Processes_of_a_cgroup_are_those_in_it_and_below_it(string version)
    {
        var reader = new CgroupReader(Golden(version));
        Assert.Equal([812, 901, 977], reader.Processes("/system.slice/gitaly.service").Order());
        Assert.Empty(reader.Processes("/gone"));
    }

    [Theory]
    [InlineData("cgroup-v1")]
    [InlineData("cgroup-v2")]
    public void Cgroup_that_is_not_there_has_no_figures(string version) => Assert.Null(new CgroupReader(Golden(version)).Read("/gone"));

    [Theory]
    [InlineData("0::/system.slice/gitaly.service\n", true)]
    [InlineData("0::/system.slice/gitaly.service/worker\n", true)]
    [InlineData("0::/system.slice/gitaly.service2\n", false)]
    [InlineData("4:memory:/system.slice/gitaly.service\n1:name=systemd:/\n", true)]
    [InlineData("0::/\n", false)]
    public void Cgroup_covers_what_is_in_it_or_below_it(string procCgroup, bool covered) =>
        Assert.Equal(covered, CgroupReader.Covers("/system.slice/gitaly.service", procCgroup));

    [Fact]
    public void Stat_line_with_a_hostile_name_is_read()
    {
        var stat = ProcStat.Parse("42 (a) R 1 (b c) S 7 42 42 0 -1 4194304 1 2 3 4 150 50 30 20 20 0 9 0 123456 8192 3 18446744073709551615 1 1\n");
        Assert.Equal(
            new ProcStat(42, 'S', 7, 42, 200, 50, 9, 123456, 8192, 3L * Environment.SystemPageSize), stat);
    }

    [Theory]
    [InlineData("")]
    [InlineData("42 (git")]
    [InlineData("42 (git) S 1 2 3")]
    [InlineData("x (git) S 7 42 42 0 -1 4194304 1 2 3 4 150 50 30 20 20 0 9 0 123456 8192 3")]
    public void Stat_line_that_is_not_whole_is_no_process(string line) => Assert.Null(ProcStat.Parse(line));

    [Fact]
    public void Tree_holds_descendants_and_the_groups_orphans()
    {
        ProcStat[] all = [Process(1, 0, 1), Process(10, 1, 10), Process(11, 10, 10), Process(12, 11, 12), Process(13, 1, 10), Process(20, 1, 20)];
        Assert.Equal([10, 11, 12, 13], ProcTree.Select(10, all).Select(p => p.Pid).Order());
    }

    [Fact]
    public void Counter_never_falls_within_a_life_and_loses_nothing_after_a_drop()
    {
        var meter = new TreeMeter();
        var life = new ProcessMark(10, 5, default);
        double Count(ProcessMark mark, params ReadOnlySpan<long> ticks)
        {
            var tree = new List<ProcStat>();
            foreach (var t in ticks)
                tree.Add(Process(10, 1, 10) with { CpuTicks = t });
            return meter.Count(mark, tree).CpuSeconds;
        }

        Assert.Equal(3, Count(life, 100, 200));
        Assert.Equal(3, Count(life, 100));
        Assert.Equal(3.5, Count(life, 150));
        Assert.Equal(0.1, Count(life with { StartTicks = 6 }, 10));
    }

    private static ProcStat Process(int pid, int parent, int group) => new(pid, 'S', parent, group, 0, 0, 1, 1, 0, 0);

    private static string Golden(string name) => Path.Join(AppContext.BaseDirectory, "Golden", name);
}
