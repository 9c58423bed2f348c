using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Tests.Harness;
using FleetConsole.Contracts.Agent.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace FleetConsole.Agent.Tests;

public sealed class ReloadTests
{
    private static readonly Method<byte[], byte[]> HealthWatch = new(
        MethodType.ServerStreaming, "grpc.health.v1.Health", "Watch", Marshallers.Create(b => b, b => b), Marshallers.Create(b => b, b => b));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reload_in_place_tells_the_process_and_leaves_it()
    {
        await using var setup = new AgentSetup("trap 'echo reloaded' HUP; echo ready; while :; do sleep 0.02; done");
        var agent = await setup.StartAsync();
        await Wait.UntilAsync("the trap is set", () => File.ReadAllText(setup.At("server.log")).Contains("ready", StringComparison.Ordinal));
        var before = await agent.StatusAsync();
        var outcome = await ReloadAsync(agent, "h-1");
        Assert.Equal((CommandState.Succeeded, before.MainPid, before.MainPid), (outcome.State, outcome.PidBefore, outcome.PidAfter));
        Assert.Contains("reloaded", await File.ReadAllTextAsync(setup.At("server.log"), Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_that_ends_instead_of_reloading_fails_the_reload()
    {
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        var outcome = await ReloadAsync(agent, "h-1");
        Assert.Equal((CommandState.Failed, 0), (outcome.State, outcome.PidAfter));
        Assert.Contains("ended instead of reloading", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handover_is_followed_while_the_old_process_drains_and_afterwards()
    {
        await using var setup = new AgentSetup();
        var (agent, port) = await StartServerAsync(setup);
        var before = await agent.StatusAsync();

        // A call that does not end by itself holds the old process.
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        var held = channel.CreateCallInvoker().AsyncServerStreamingCall(HealthWatch, null, default, []);
        Assert.True(await held.ResponseStream.MoveNext(Cancel));
        var outcome = await ReloadAsync(agent, "h-1");
        var during = await agent.StatusAsync();
        Assert.True(outcome.State == CommandState.Succeeded, outcome.Message);
        Assert.Equal((before.MainPid, during.MainPid), (outcome.PidBefore, outcome.PidAfter));
        Assert.NotEqual(before.MainPid, during.MainPid);
        Assert.Equal([before.MainPid], during.DrainingPids);
        Assert.Equal((UnitState.Active, 0), (during.State, during.Restarts));

        held.Dispose();
        await Wait.UntilAsync("the old process has drained", async () => (await agent.StatusAsync()).DrainingPids.Count == 0);
        Assert.False(AgentProcess.Lives(before.MainPid));
        Assert.Equal(during.MainPid, (await agent.StatusAsync()).MainPid);
        Assert.True(AgentProcess.Lives(during.MainPid));

        // The new process is supervised as the old one was.
        Assert.Equal(0, Posix.Kill((int)during.MainPid, Posix.SigKill));
        await Wait.UntilAsync("it runs again", async () => await agent.StatusAsync() is { State: UnitState.Active, Restarts: 1 } s && s.MainPid != during.MainPid);
    }

    [Fact]
    public async Task Restart_while_an_old_process_drains_leaves_one_process()
    {
        await using var setup = new AgentSetup();
        var (agent, port) = await StartServerAsync(setup);
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        using var held = channel.CreateCallInvoker().AsyncServerStreamingCall(HealthWatch, null, default, []);
        Assert.True(await held.ResponseStream.MoveNext(Cancel));
        var reload = await ReloadAsync(agent, "h-1");
        var restart = await agent.RestartAsync("h-2");
        Assert.True(restart.State == CommandState.Succeeded, restart.Message);
        Assert.False(AgentProcess.Lives(reload.PidBefore));
        Assert.False(AgentProcess.Lives(reload.PidAfter));
        Assert.Empty((await agent.StatusAsync()).DrainingPids);
    }

    [Fact]
    public async Task Watch_tells_at_once_on_every_change_and_who_holds_the_unit()
    {
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        using var watch = agent.Console.WatchStatus(new() { Unit = AgentSetup.Unit }, cancellationToken: Cancel);
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));
        var first = watch.ResponseStream.Current;
        var restart = agent.RestartAsync("r-1");
        var seen = new List<UnitStatus>();
        while (seen.LastOrDefault() is not { State: UnitState.Active, HeldByCommandId: "" } last || last.MainPid == first.MainPid)
        {
            Assert.True(await watch.ResponseStream.MoveNext(Cancel));
            seen.Add(watch.ResponseStream.Current);
        }

        Assert.Contains(seen, s => s.HeldByCommandId == "r-1");
        Assert.Equal((await restart).PidAfter, seen[^1].MainPid);
    }

    private static Task<CommandOutcome> ReloadAsync(AgentProcess agent, string id) =>
        agent.Console.ReloadAsync(new() { CommandId = id, Unit = AgentSetup.Unit, RequestedBy = "tester", Reason = "a test" }, cancellationToken: Cancel).ResponseAsync;

    /// <summary>The reference server as the agent's unit, and its gRPC port.</summary>
    private static async Task<(AgentProcess Agent, int Port)> StartServerAsync(AgentSetup setup)
    {
        var program = await Repository.GitRpcServerAsync();
        var (grpc, metrics) = (FreePort(), FreePort());
        await File.WriteAllTextAsync(setup.At("settings.json"), """{"version":"1.0.0","spawn_mode":"spawn","grow_until_utilisation":"unlimited"}""", Cancel);
        setup.UnitConfig["Command"] = new JsonArray(
            program, "--grpc-listen", $"127.0.0.1:{grpc}", "--metrics-listen", $"127.0.0.1:{metrics}", "--storage", $"default={setup.Path}",
            "--settings", setup.At("settings.json"), "--pid-file", setup.At("server.pid"));
        setup.UnitConfig["Reload"] = "handover";
        setup.UnitConfig["PidFile"] = "server.pid";
        var agent = await setup.StartAsync();
        await Wait.UntilAsync("the server listens", () => File.ReadAllText(setup.At("server.log")).Contains("listens on", StringComparison.Ordinal));
        return (agent, grpc);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
