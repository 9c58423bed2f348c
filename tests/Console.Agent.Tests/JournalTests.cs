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
