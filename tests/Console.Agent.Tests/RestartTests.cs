using FleetConsole.Agent.Tests.Harness;
using FleetConsole.Contracts.Agent.V1;
using Grpc.Core;

namespace FleetConsole.Agent.Tests;

public sealed class RestartTests
{
    private const string IgnoresTerm = "trap '' TERM; echo ready; while :; do sleep 0.05; done";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Restart_puts_a_new_process_in_the_place_of_the_old()
    {
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        var before = await agent.StatusAsync();
        var outcome = await agent.RestartAsync("r-1");
        var after = await agent.StatusAsync();
        Assert.Equal(CommandState.Succeeded, outcome.State);
        Assert.Equal((before.MainPid, after.MainPid), (outcome.PidBefore, outcome.PidAfter));
        Assert.Equal((before.ProcessStartedAt, after.ProcessStartedAt), (outcome.ProcessStartedAtBefore, outcome.ProcessStartedAtAfter));
        Assert.NotEqual(before.MainPid, after.MainPid);
        Assert.True(before.ProcessStartedAt < after.ProcessStartedAt);
        Assert.False(AgentProcess.Lives(before.MainPid));
        Assert.Equal((UnitState.Active, 0, ""), (after.State, after.Restarts, after.HeldByCommandId));
    }

    [Fact]
    public async Task Same_command_again_answers_the_same_and_acts_once()
    {
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        var twice = await Task.WhenAll(agent.RestartAsync("r-1"), agent.RestartAsync("r-1"));
        var third = await agent.RestartAsync("r-1");
        Assert.Equal(twice[0], twice[1]);
        Assert.Equal(twice[0], third);
        Assert.Equal(third.PidAfter, (await agent.StatusAsync()).MainPid);
        Assert.Equal(2, (await File.ReadAllLinesAsync(setup.Journal, Cancel)).Length);
    }

    [Fact]
    public async Task Command_id_of_another_command_is_refused()
    {
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        var outcome = await agent.RestartAsync("r-1", "one reason");
        await AssertRefusedAsync(StatusCode.AlreadyExists, "r-1", agent.RestartAsync("r-1", "another reason"));
        Assert.Equal(outcome.PidAfter, (await agent.StatusAsync()).MainPid);
    }

    [Theory]
    [InlineData("", "fine", "command_id")]
    [InlineData("no spaces", "fine", "command_id")]
    [InlineData("r-1", "two\nlines", "reason")]
    public async Task Malformed_request_is_refused_and_names_its_field(string id, string reason, string field)
    {
        await using var setup = new AgentSetup();
        await AssertRefusedAsync(StatusCode.InvalidArgument, field, (await setup.StartAsync()).RestartAsync(id, reason));
    }

    [Fact]
    public async Task Unit_that_another_command_holds_is_refused_by_that_commands_name()
    {
        await using var setup = new AgentSetup(IgnoresTerm);
        setup.UnitConfig["StopTimeoutSeconds"] = 3;
        var agent = await setup.StartAsync();
        var first = agent.RestartAsync("holder");
        await Wait.UntilAsync("the first command holds the unit", async () => (await agent.StatusAsync()).HeldByCommandId == "holder");
        await AssertRefusedAsync(StatusCode.FailedPrecondition, "holder", agent.RestartAsync("second"));
        Assert.Equal(CommandState.Running, (await agent.CommandAsync("holder")).State);
        Assert.Equal(CommandState.Unknown, (await agent.CommandAsync("second")).State);
        Assert.Equal(CommandState.Succeeded, (await first).State);
    }

    [Fact]
    public async Task Process_that_ignores_SIGTERM_is_killed_after_its_time()
    {
        await using var setup = new AgentSetup(IgnoresTerm);
        setup.UnitConfig["StopTimeoutSeconds"] = 1;
        var agent = await setup.StartAsync();
        await Wait.UntilAsync("the trap is set", () => File.ReadAllText(setup.At("server.log")).Contains("ready", StringComparison.Ordinal));
        var outcome = await agent.RestartAsync("r-1");
        Assert.Equal(CommandState.Succeeded, outcome.State);
        Assert.False(AgentProcess.Lives(outcome.PidBefore));
        Assert.Contains(agent.Lines, l => l.Contains("SIGKILL follows", StringComparison.Ordinal));
    }

    [Fact]
    public async Task New_process_begins_when_the_children_of_the_old_one_have_let_go()
    {
        // Half a gigabyte takes the kernel longer to give back than a shell to start; what a process holds goes after its memory.
        await using var setup = new AgentSetup(
            """
            flock --nonblock held true && echo free || echo held
            flock held perl -e 'my $memory; vec($memory, 512 << 20, 8) = 1; $| = 1; print "ready\n"; sleep 1000' &
            wait
            """);
        var agent = await setup.StartAsync();
        await Wait.UntilAsync("the child holds the lock", () => File.ReadAllText(setup.At("server.log")).Contains("ready", StringComparison.Ordinal));

        await agent.RestartAsync("c-1");

        await Wait.UntilAsync("the next child holds it", () => File.ReadAllText(setup.At("server.log")).EndsWith("ready\n", StringComparison.Ordinal));
        Assert.Equal("free\nready\nfree\nready\n", File.ReadAllText(setup.At("server.log")));
    }

    [Fact]
    public async Task Restart_goes_on_when_its_caller_hangs_up()
    {
        await using var setup = new AgentSetup(IgnoresTerm);
        setup.UnitConfig["StopTimeoutSeconds"] = 2;
        var agent = await setup.StartAsync();
        using var hangup = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var call = agent.Console.RestartAsync(AgentProcess.Order("r-1"), cancellationToken: hangup.Token);
        await Wait.UntilAsync("the command holds the unit", async () => (await agent.StatusAsync()).HeldByCommandId == "r-1");
        await hangup.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        await Wait.UntilAsync("the command has ended", async () => (await agent.CommandAsync("r-1")).State != CommandState.Running);
        var outcome = await agent.CommandAsync("r-1");
        Assert.Equal((CommandState.Succeeded, (await agent.StatusAsync()).MainPid), (outcome.State, outcome.PidAfter));
    }

    [Fact]
    public async Task Process_that_ends_at_once_fails_the_restart_with_its_last_words()
    {
        await using var setup = new AgentSetup("[ -e broken ] && { echo 'cannot open storage'; exit 3; }; exec sleep 1000");
        var agent = await setup.StartAsync();
        await File.WriteAllTextAsync(setup.At("broken"), "", Cancel);
        var outcome = await agent.RestartAsync("r-1");
        Assert.Equal((CommandState.Failed, 0), (outcome.State, outcome.PidAfter));
        Assert.Contains("exit code 3", outcome.Message, StringComparison.Ordinal);
        Assert.Contains("cannot open storage", outcome.Message, StringComparison.Ordinal);
        File.Delete(setup.At("broken"));
        await Wait.UntilAsync("the supervisor has started it by itself", async () => (await agent.StatusAsync()).State == UnitState.Active);
    }

    private static async Task AssertRefusedAsync(StatusCode code, string words, Task call)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(code, refusal.StatusCode);
        Assert.Contains(words, refusal.Status.Detail, StringComparison.Ordinal);
    }
}
