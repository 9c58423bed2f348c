using System.Globalization;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Tests.Harness;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Tests;

public sealed class SupervisionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Posix.SigTerm)]
    [InlineData(2)]
    [InlineData(1)]
    public async Task Agent_that_is_told_to_end_takes_its_unit_along(int signal)
    {
        await using var setup = new AgentSetup("sleep 1001 & echo $! > child; wait");
        var agent = await setup.StartAsync();
        await Wait.UntilAsync("the server has its own child", () => File.Exists(setup.At("child")) && File.ReadAllText(setup.At("child")).EndsWith('\n'));
        var child = int.Parse(await File.ReadAllTextAsync(setup.At("child"), Cancel), CultureInfo.InvariantCulture);
        var pid = (await agent.StatusAsync()).MainPid;
        agent.Signal(signal);
        Assert.Equal(0, await agent.ExitAsync());
        Assert.False(AgentProcess.Lives(pid));
        Assert.False(AgentProcess.Lives(child));
        Assert.Empty(Directory.GetFiles(setup.Path, "*.pid"));
    }

    [Fact]
    public async Task Server_outlives_a_killed_agent_and_the_next_one_adopts_it()
    {
        await using var setup = new AgentSetup("while :; do echo still writing; sleep 0.05; done");
        var first = await setup.StartAsync();
        var before = await first.StatusAsync();
        await first.KillAsync();
        Assert.True(AgentProcess.Lives(before.MainPid));
        var second = await setup.StartAsync();
        var after = await second.StatusAsync();
        Assert.Equal((before.MainPid, before.ProcessStartedAt, UnitState.Active), (after.MainPid, after.ProcessStartedAt, after.State));
        var written = new FileInfo(setup.At("server.log")).Length;
        await Wait.UntilAsync("the adopted server writes on", () => new FileInfo(setup.At("server.log")).Length > written);
        var outcome = await second.RestartAsync("r-1");
        Assert.Equal((CommandState.Succeeded, before.MainPid), (outcome.State, outcome.PidBefore));
        Assert.False(AgentProcess.Lives(before.MainPid));
    }

    [Fact]
    public async Task Adopted_server_that_ends_is_started_again()
    {
        await using var setup = new AgentSetup();
        var first = await setup.StartAsync();
        var pid = (await first.StatusAsync()).MainPid;
        await first.KillAsync();
        var second = await setup.StartAsync();
        Assert.Equal(0, Posix.Kill((int)pid, Posix.SigKill));
        await Wait.UntilAsync("a new process is active", async () => await second.StatusAsync() is { State: UnitState.Active, Restarts: 1 } s && s.MainPid != pid);
    }

    [Fact]
    public async Task Process_that_only_has_the_same_pid_is_left_alone()
    {
        await using var setup = new AgentSetup();
        using var stranger = System.Diagnostics.Process.Start("sleep", "1000");
        var boot = (await File.ReadAllTextAsync("/proc/sys/kernel/random/boot_id", Cancel)).Trim();
        await File.WriteAllTextAsync(setup.At("journal.jsonl.gitaly.pid"), $"{stranger.Id} 1 {boot}\n", Cancel);
        var agent = await setup.StartAsync();
        Assert.NotEqual(stranger.Id, (await agent.StatusAsync()).MainPid);
        Assert.True(AgentProcess.Lives(stranger.Id));
        stranger.Kill();
    }

    [Fact]
    public async Task Server_that_dies_is_started_again_and_counted()
    {
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        var before = await agent.StatusAsync();
        Assert.Equal(0, Posix.Kill((int)before.MainPid, Posix.SigKill));
        await Wait.UntilAsync("it runs again", async () => await agent.StatusAsync() is { State: UnitState.Active, Restarts: 1 } s && s.MainPid != before.MainPid);
        Assert.Contains(agent.Lines, l => l.Contains("ended by itself (signal 9)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Restart_does_not_wait_for_the_back_off()
    {
        await using var setup = new AgentSetup();
        setup.UnitConfig["RestartDelaySeconds"] = 60;
        var agent = await setup.StartAsync();
        Assert.Equal(0, Posix.Kill((int)(await agent.StatusAsync()).MainPid, Posix.SigKill));
        await Wait.UntilAsync("the supervisor waits", async () => await agent.StatusAsync() is { State: UnitState.Restarting, MainPid: 0 });
        var outcome = await agent.RestartAsync("r-1");
        Assert.Equal((CommandState.Succeeded, 0), (outcome.State, outcome.PidBefore));
    }

    [Fact]
    public async Task Server_that_cannot_be_executed_is_failed_until_it_can()
    {
        await using var setup = new AgentSetup();
        var program = setup.UnitConfig["Command"]?[0]?.GetValue<string>() ?? "";
        File.SetUnixFileMode(program, UnixFileMode.UserRead);
        var agent = setup.StartUnchecked();
        agent.ExpectedError = "cannot start";
        await agent.WaitUntilListeningAsync();
        await Wait.UntilAsync("it is failed", async () => (await agent.StatusAsync()).State == UnitState.Failed);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await Wait.UntilAsync("it runs", async () => (await agent.StatusAsync()).State == UnitState.Active);
    }

    [Fact]
    public async Task Second_agent_on_one_journal_does_not_start()
    {
        await using var setup = new AgentSetup();
        await setup.StartAsync();
        var second = setup.StartUnchecked();
        Assert.Equal(1, await second.ExitAsync());
        Assert.Contains("another agent uses the journal", Assert.Single(second.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_watches_no_files_and_leaves_none_open_to_its_children()
    {
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        var links = Directory.GetFiles($"/proc/{agent.Pid}/fd").Select(f => new FileInfo(f).LinkTarget);
        Assert.DoesNotContain(links, l => l is not null && l.Contains("inotify", StringComparison.Ordinal));
        Assert.Equal(["0", "1", "2"], Directory.GetFiles($"/proc/{(await agent.StatusAsync()).MainPid}/fd").Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Back_off_doubles_to_a_minute_and_forgets_after_a_minute_of_life()
    {
        var backOff = new BackOff(TimeSpan.FromSeconds(1));
        var pauses = Enumerable.Range(0, 8).Select(_ => backOff.After(TimeSpan.FromSeconds(59)).TotalSeconds).ToArray();
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], pauses);
        Assert.Equal(1, backOff.After(TimeSpan.FromSeconds(60)).TotalSeconds);
        Assert.Equal(2, backOff.After(TimeSpan.Zero).TotalSeconds);
    }
}
