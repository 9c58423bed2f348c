using System.Net;
using System.Net.Sockets;
using FleetConsole.Agent.Tests.Harness;
using FleetConsole.Contracts.Agent.V1;
using Grpc.Core;

namespace FleetConsole.Agent.Tests;

/// <summary>What only looks holds its unit no longer than somebody waits for it, and never against what replaces the process.</summary>
public sealed class GivingWayTests : IDisposable
{
    // Takes connections and never says a word, as a server does whose every goroutine waits.
    private readonly TcpListener silent = new(IPAddress.Loopback, 0);

    public GivingWayTests() => silent.Start();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => silent.Dispose();

    [Fact]
    public async Task Dump_ends_when_its_caller_hangs_up_and_the_unit_is_free()
    {
        await using var setup = new AgentSetup();
        var agent = await StartAsync(setup);
        using (var call = agent.Console.Dump(Dumped.Order("d-1", AgentSetup.Unit, DumpRung.Goroutines), cancellationToken: Cancel))
            Assert.True(await call.ResponseStream.MoveNext(Cancel));

        await Wait.UntilAsync("the unit is free", async () => (await agent.StatusAsync()).HeldByCommandId.Length == 0);

        var told = await agent.CommandAsync("d-1");
        Assert.Equal((CommandState.Failed, "Its caller hung up before it was taken; ask again with a new command_id."), (told.State, told.Message));
        Assert.Contains("hung up", (await File.ReadAllLinesAsync(setup.Journal, Cancel))[^1], StringComparison.Ordinal);
        Assert.Equal(told, (await Dumped.TakeAsync(agent.Console, Dumped.Order("d-1", AgentSetup.Unit, DumpRung.Goroutines))).Trailer.Outcome);
    }

    [Theory]
    [InlineData("restart")]
    [InlineData("reload")]
    [InlineData("abort")]
    public async Task Dump_gives_way_to_what_replaces_the_process(string action)
    {
        await using var setup = new AgentSetup("trap 'echo SIGABRT: abort; exit 2' ABRT; trap : HUP; echo ready; while :; do sleep 0.02; done");
        var agent = await StartAsync(setup);
        await Wait.UntilAsync("the trap is set", () => File.ReadAllText(setup.At("server.log")).Contains("ready", StringComparison.Ordinal));
        var dump = Dumped.TakeAsync(agent.Console, Dumped.Order("d-1", AgentSetup.Unit, DumpRung.Goroutines));
        await Wait.UntilAsync("the dump holds the unit", async () => (await agent.StatusAsync()).HeldByCommandId == "d-1");

        var outcome = action switch
        {
            "restart" => await agent.RestartAsync("r-1"),
            "reload" => await agent.Console.ReloadAsync(new() { CommandId = "r-1", Unit = AgentSetup.Unit, RequestedBy = "tester", Reason = "a test" }, cancellationToken: Cancel),
            _ => (await Dumped.TakeAsync(agent.Console, Dumped.Order("r-1", AgentSetup.Unit, DumpRung.Abort))).Trailer.Outcome,
        };

        Assert.Equal((CommandState.Succeeded, "r-1"), (outcome.State, outcome.CommandId));
        var gave = (await dump).Trailer.Outcome;
        Assert.Equal((CommandState.Failed, $"It gave way to the {action} that tester asked for."), (gave.State, gave.Message));
    }

    [Fact]
    public async Task Dump_does_not_give_way_to_a_dump()
    {
        await using var setup = new AgentSetup();
        var agent = await StartAsync(setup);
        using var call = agent.Console.Dump(Dumped.Order("d-1", AgentSetup.Unit, DumpRung.Goroutines), cancellationToken: Cancel);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));

        var refused = await Assert.ThrowsAsync<RpcException>(() => Dumped.TakeAsync(agent.Console, Dumped.Order("d-2", AgentSetup.Unit, DumpRung.KernelStacks)));

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Equal("d-1", (await agent.StatusAsync()).HeldByCommandId);
    }

    private Task<AgentProcess> StartAsync(AgentSetup setup)
    {
        setup.UnitConfig["PprofUrl"] = $"http://{silent.LocalEndpoint}";
        return setup.StartAsync();
    }
}
