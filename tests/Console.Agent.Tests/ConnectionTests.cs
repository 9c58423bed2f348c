using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using FleetConsole.Agent.Tests.Harness;
using FleetConsole.Contracts.Agent.V1;
using Grpc.Core;

namespace FleetConsole.Agent.Tests;

public sealed class ConnectionTests
{
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_without_certificate_is_refused_before_any_call()
    {
        await using var setup = new AgentSetup();
        await AssertHandshakeRefusedAsync(await setup.StartAsync(), null);
    }

    [Fact]
    public async Task Client_whose_certificate_has_expired_is_refused_before_any_call()
    {
        await using var setup = new AgentSetup();
        await AssertHandshakeRefusedAsync(await setup.StartAsync(), setup.Authority.IssueExpiredClient("console"));
    }

    [Fact]
    public async Task Client_of_another_authority_is_refused_before_any_call()
    {
        await using var setup = new AgentSetup();
        using var other = new TestAuthority();
        await AssertHandshakeRefusedAsync(await setup.StartAsync(), other.IssueClient("console"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(ServerAuth)]
    public async Task Certificate_that_is_not_for_clients_is_refused_before_any_call(string? usage)
    {
        await using var setup = new AgentSetup();
        await AssertHandshakeRefusedAsync(await setup.StartAsync(), setup.Authority.IssueClientFor("console", usage));
    }

    [Fact]
    public async Task Certificate_with_an_unlisted_name_is_denied_every_call()
    {
        await using var setup = new AgentSetup();
        var client = (await setup.StartAsync()).Client(setup.Authority.IssueClient("stranger"));
        await AssertDeniedAsync(client.GetStatusAsync(new() { Unit = AgentSetup.Unit }, cancellationToken: Cancel).ResponseAsync);
        await AssertDeniedAsync(client.RestartAsync(AgentProcess.Order("s-1"), cancellationToken: Cancel).ResponseAsync);
        await AssertDeniedAsync(client.GetCommandAsync(new() { CommandId = "s-1" }, cancellationToken: Cancel).ResponseAsync);
        using var profile = client.Profile(new() { CommandId = "s-2", Unit = AgentSetup.Unit, Kind = ProfileKind.Heap }, cancellationToken: Cancel);
        await AssertDeniedAsync(profile.ResponseStream.MoveNext(Cancel));
        using var watch = client.WatchStatus(new() { Unit = AgentSetup.Unit }, cancellationToken: Cancel);
        await AssertDeniedAsync(watch.ResponseStream.MoveNext(Cancel));
        await AssertDeniedAsync(client.ReloadAsync(new() { CommandId = "s-3", Unit = AgentSetup.Unit, RequestedBy = "x", Reason = "a test" }, cancellationToken: Cancel).ResponseAsync);
        using var dump = client.Dump(new() { CommandId = "s-4", Unit = AgentSetup.Unit, RequestedBy = "x", Reason = "a test", Rung = DumpRung.KernelStacks }, cancellationToken: Cancel);
        await AssertDeniedAsync(dump.ResponseStream.MoveNext(Cancel));
        Assert.False(File.Exists(setup.Journal));
    }

    [Fact]
    public async Task Action_that_the_client_does_not_list_is_denied()
    {
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        var watcher = agent.Client(setup.Authority.IssueClient("watcher"));
        var status = await watcher.GetStatusAsync(new() { Unit = AgentSetup.Unit }, cancellationToken: Cancel);
        await AssertDeniedAsync(watcher.RestartAsync(AgentProcess.Order("w-1"), cancellationToken: Cancel).ResponseAsync);
        await AssertDeniedAsync(watcher.GetCommandAsync(AgentProcess.Settling("w-1"), cancellationToken: Cancel).ResponseAsync);
        Assert.False(File.Exists(setup.Journal));
        Assert.Equal(status.MainPid, (await agent.StatusAsync()).MainPid);
        Assert.Equal(1, await agent.MetricAsync("""fleetconsole_agent_commands_total{action="restart",outcome="refused"}"""));
    }

    [Fact]
    public async Task Action_that_the_unit_does_not_list_is_denied()
    {
        await using var setup = new AgentSetup();
        setup.UnitConfig["Actions"] = new JsonArray("status");
        await AssertDeniedAsync((await setup.StartAsync()).RestartAsync("u-1"));
    }

    [Fact]
    public async Task Unlisted_unit_is_denied()
    {
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        await AssertDeniedAsync(agent.Console.GetStatusAsync(new() { Unit = "sshd\n" }, cancellationToken: Cancel).ResponseAsync);
        await Wait.UntilAsync("the refusal is logged", () => agent.Lines.Any(l => l.Contains("\"sshd?\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(60 * 1024, StatusCode.InvalidArgument)]
    [InlineData(65 * 1024, StatusCode.ResourceExhausted)]
    public async Task Message_of_more_than_64_KiB_is_refused_unread(int bytes, StatusCode code)
    {
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        var pid = (await agent.StatusAsync()).MainPid;
        var refusal = await Assert.ThrowsAsync<RpcException>(() => agent.RestartAsync("m-1", new string('x', bytes)));
        Assert.Equal(code, refusal.StatusCode);
        Assert.Equal(pid, (await agent.StatusAsync()).MainPid);
        Assert.False(File.Exists(setup.Journal));
    }

    [Fact]
    public async Task Plain_listener_serves_no_calls()
    {
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        Assert.Equal(System.Net.HttpStatusCode.OK, (await agent.GetAsync("/healthz")).StatusCode);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await agent.GetAsync("/fleetconsole.agent.v1.Agent/GetStatus")).StatusCode);
    }

    private static async Task AssertHandshakeRefusedAsync(AgentProcess agent, X509Certificate2? certificate)
    {
        var call = agent.Client(certificate).GetStatusAsync(new() { Unit = AgentSetup.Unit }, cancellationToken: Cancel).ResponseAsync;
        var refusal = await Assert.ThrowsAsync<RpcException>(() => call);

        // The connection breaks: there is no answer of the service in it.
        Assert.NotNull(refusal.Status.DebugException);
        Assert.Contains(refusal.StatusCode, new[] { StatusCode.Unavailable, StatusCode.Internal });
        Assert.Equal(UnitState.Active, await ActiveAsync(agent));
    }

    private static async Task<UnitState> ActiveAsync(AgentProcess agent)
    {
        await Wait.UntilAsync("the agent still answers its console", async () => (await agent.StatusAsync()).State == UnitState.Active);
        return UnitState.Active;
    }

    [Fact]
    public async Task Client_of_other_units_is_denied_this_one()
    {
        await using var setup = new AgentSetup();
        setup.Config["Units"]?.AsObject().Add("other", AgentSetup.NewUnit("/bin/sleep"));
        setup.Config["Clients"]?.AsArray().Add(new JsonObject { ["San"] = "stranger", ["Actions"] = AgentSetup.All(), ["Units"] = new JsonArray("other") });
        var agent = await setup.StartAsync();
        var stranger = agent.Client(setup.Authority.IssueClient("stranger"));
        Assert.Equal("other", (await stranger.GetStatusAsync(new() { Unit = "other" }, cancellationToken: Cancel)).Unit);
        await AssertDeniedAsync(stranger.GetStatusAsync(new() { Unit = AgentSetup.Unit }, cancellationToken: Cancel).ResponseAsync);
        await AssertDeniedAsync(stranger.RestartAsync(AgentProcess.Order("n-1"), cancellationToken: Cancel).ResponseAsync);
    }

    private static async Task AssertDeniedAsync(Task call) =>
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => call)).StatusCode);
}
