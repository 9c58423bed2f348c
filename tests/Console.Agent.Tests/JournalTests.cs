using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Tests.Harness;
using FleetConsole.Contracts.Agent.V1;
using Grpc.Core;

namespace FleetConsole.Agent.Tests;

/// <summary>What the journal promises: nothing without it, and nothing twice, whatever becomes of the agent.</summary>
public sealed class JournalTests
{
    private const string IgnoresTerm = "trap '' TERM; echo ready; while :; do sleep 0.05; done";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Same_command_to_a_later_agent_answers_the_same_and_does_not_act()
    {
        await using var setup = new AgentSetup();
        var first = await setup.StartAsync();
        var outcome = await first.RestartAsync("r-1");
        await first.KillAsync();
        await File.AppendAllTextAsync(setup.Journal, "{\"CommandId\":\"torn", Cancel);
        var second = await setup.StartAsync();
        Assert.Equal(outcome, await second.RestartAsync("r-1"));
        Assert.Equal(outcome.PidAfter, (await second.StatusAsync()).MainPid);
        Assert.Equal(CommandState.Succeeded, (await second.RestartAsync("r-2")).State);
        Assert.Contains(await File.ReadAllLinesAsync(setup.Journal, Cancel), l => l.StartsWith("{\"CommandId\":\"r-2\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Journal_is_the_agents_alone()
    {
        await using var setup = new AgentSetup();
        await (await setup.StartAsync()).RestartAsync("r-1");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(setup.Journal));
    }

    [Fact]
    public async Task Restart_without_journal_is_refused()
    {
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        agent.ExpectedError = "journal";
        var pid = (await agent.StatusAsync()).MainPid;
        Directory.CreateDirectory(setup.Journal);
        await AssertRefusedAsync(StatusCode.FailedPrecondition, "journal", agent.RestartAsync("r-1"));
        Assert.Equal((pid, UnitState.Active, ""), await LookAsync(agent));
        Directory.Delete(setup.Journal);
        Assert.Equal(pid, (await agent.RestartAsync("r-1")).PidBefore);
    }

    [Fact]
    public async Task Restart_on_a_full_disk_is_refused()
    {
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        agent.ExpectedError = "journal";
        var pid = (await agent.StatusAsync()).MainPid;
        File.CreateSymbolicLink(setup.Journal, "/dev/full");
        await AssertRefusedAsync(StatusCode.FailedPrecondition, "journal", agent.RestartAsync("r-1"));
        Assert.Equal((pid, UnitState.Active, ""), await LookAsync(agent));
    }

    [Fact]
    public async Task Restart_cut_short_by_the_agents_death_is_interrupted()
    {
        await using var setup = new AgentSetup(IgnoresTerm);
        setup.UnitConfig["StopTimeoutSeconds"] = 60;
        var first = await setup.StartAsync();
        await Wait.UntilAsync("the trap is set", () => File.ReadAllText(setup.At("server.log")).Contains("ready", StringComparison.Ordinal));
        var call = first.RestartAsync("r-1");
        await Wait.UntilAsync("the restart is on its way", async () => (await first.StatusAsync()).State == UnitState.Stopping);
        await first.KillAsync();
        await Assert.ThrowsAsync<RpcException>(() => call);
        setup.UnitConfig["StopTimeoutSeconds"] = 1;
        var second = await setup.StartAsync();
        var outcome = await second.CommandAsync("r-1");
        Assert.Equal(CommandState.Interrupted, outcome.State);
        Assert.Equal(outcome, await second.RestartAsync("r-1"));
        Assert.Equal((outcome.PidBefore, 0), ((await second.StatusAsync()).MainPid, outcome.PidAfter));
        Assert.Equal(1, await second.MetricAsync("""fleetconsole_agent_commands_total{action="restart",outcome="interrupted"}"""));
    }

    [Fact]
    public async Task Agent_that_ends_during_a_restart_books_it_as_failed()
    {
        await using var setup = new AgentSetup(IgnoresTerm);
        setup.UnitConfig["StopTimeoutSeconds"] = 2;
        var first = await setup.StartAsync();
        await Wait.UntilAsync("the trap is set", () => File.ReadAllText(setup.At("server.log")).Contains("ready", StringComparison.Ordinal));
        var call = first.RestartAsync("r-1");
        await Wait.UntilAsync("the restart is on its way", async () => (await first.StatusAsync()).State == UnitState.Stopping);
        first.Signal(Posix.SigTerm);
        Assert.Equal(CommandState.Failed, (await call).State);
        Assert.Equal(0, await first.ExitAsync());
        Assert.Equal(CommandState.Failed, (await (await setup.StartAsync()).CommandAsync("r-1")).State);
    }

    [Fact]
    public async Task Command_that_never_came_is_refused_when_it_comes_after_that_was_said()
    {
        await using var setup = new AgentSetup();
        var first = await setup.StartAsync();
        Assert.Equal(CommandState.Unknown, (await first.CommandAsync("r-1")).State);
        Assert.Equal(CommandState.Void, (await first.SettleAsync("r-1")).State);
        await AssertRefusedAsync(StatusCode.AlreadyExists, "r-1 is void", first.RestartAsync("r-1"));
        await first.KillAsync();
        var second = await setup.StartAsync();
        var pid = (await second.StatusAsync()).MainPid;
        await AssertRefusedAsync(StatusCode.AlreadyExists, "r-1 is void", second.RestartAsync("r-1"));
        Assert.Equal((CommandState.Void, CommandState.Void), ((await second.CommandAsync("r-1")).State, (await second.SettleAsync("r-1")).State));
        Assert.Equal((pid, 1), ((await second.StatusAsync()).MainPid, (await File.ReadAllLinesAsync(setup.Journal, Cancel)).Length));
    }

    [Fact]
    public async Task Command_that_came_is_not_made_void()
    {
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        var outcome = await agent.RestartAsync("r-1");
        Assert.Equal(outcome, await agent.SettleAsync("r-1"));
        Assert.Equal(outcome, await agent.RestartAsync("r-1"));
    }

    [Fact]
    public async Task Nothing_is_promised_without_journal()
    {
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        agent.ExpectedError = "journal";
        Directory.CreateDirectory(setup.Journal);
        await AssertRefusedAsync(StatusCode.FailedPrecondition, "journal", agent.SettleAsync("r-1"));
        Directory.Delete(setup.Journal);
        Assert.Equal(CommandState.Succeeded, (await agent.RestartAsync("r-1")).State);
    }

    private static async Task<(long Pid, UnitState State, string Holder)> LookAsync(AgentProcess agent)
    {
        await Wait.UntilAsync("the unit is active", async () => (await agent.StatusAsync()).State == UnitState.Active);
        var status = await agent.StatusAsync();
        return (status.MainPid, status.State, status.HeldByCommandId);
    }

    private static async Task AssertRefusedAsync(StatusCode code, string words, Task call)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(code, refusal.StatusCode);
        Assert.Contains(words, refusal.Status.Detail, StringComparison.Ordinal);
    }
}
