using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Tests.Harness;
using FleetConsole.Contracts.Agent.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FleetConsole.Agent.Tests;

public sealed class ProfileTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ProfileKind.Cpu, "/debug/pprof/profile?seconds=7")]
    [InlineData(ProfileKind.Heap, "/debug/pprof/heap")]
    [InlineData(ProfileKind.Goroutine, "/debug/pprof/goroutine?debug=2")]
    public async Task Profile_streams_its_process_and_then_its_bytes(ProfileKind kind, string address)
    {
        await using var pprof = await FakePprof.StartAsync();
        await using var setup = new AgentSetup();
        setup.UnitConfig["PprofUrl"] = pprof.Url;
        pprof.Content = new byte[200_000];
        Random.Shared.NextBytes(pprof.Content);
        pprof.Done.SetResult();
        var agent = await setup.StartAsync();
        var chunks = await TakeAsync(agent, "p-1", kind);
        var status = await agent.StatusAsync();
        Assert.Equal((status.MainPid, status.ProcessStartedAt), (chunks[0].Header.MainPid, chunks[0].Header.ProcessStartedAt));
        var data = chunks.Skip(1).Select(c => c.Data).ToArray();
        Assert.All(data, d => Assert.InRange(d.Length, 1, 64 * 1024));
        Assert.Equal(pprof.Content, ByteString.CopyFrom([.. data.SelectMany(d => d)]).ToByteArray());
        Assert.Equal(address, pprof.LastQuery);
        Assert.Equal(CommandState.Succeeded, (await agent.CommandAsync("p-1")).State);
        await AssertRefusedAsync(StatusCode.AlreadyExists, "p-1", TakeAsync(agent, "p-1", kind));
    }

    [Fact]
    public async Task Second_profiler_is_refused_in_pprofs_own_words()
    {
        await using var pprof = await FakePprof.StartAsync();
        await using var setup = new AgentSetup();
        setup.UnitConfig["PprofUrl"] = pprof.Url;
        using var http = new HttpClient();
        var other = http.GetStringAsync($"{pprof.Url}/debug/pprof/profile?seconds=7", Cancel);
        await pprof.Begun.Task;
        var agent = await setup.StartAsync();
        await AssertRefusedAsync(
            StatusCode.FailedPrecondition, "Could not enable CPU profiling: cpu profiling already in use", TakeAsync(agent, "p-1", ProfileKind.Cpu));
        Assert.Equal((CommandState.Failed, ""), ((await agent.CommandAsync("p-1")).State, (await agent.StatusAsync()).HeldByCommandId));
        pprof.Done.SetResult();
        await other;
    }

    [Fact]
    public async Task Profile_gives_way_to_a_restart_and_says_to_whose()
    {
        await using var pprof = await FakePprof.StartAsync();
        await using var setup = new AgentSetup();
        setup.UnitConfig["PprofUrl"] = pprof.Url;
        var agent = await setup.StartAsync();
        var profile = TakeAsync(agent, "p-1", ProfileKind.Cpu);
        await pprof.Begun.Task;
        Assert.Equal(CommandState.Succeeded, (await agent.RestartAsync("r-1")).State);
        await AssertRefusedAsync(StatusCode.Aborted, "It gave way to the restart that tester asked for.", profile);
        var told = await agent.CommandAsync("p-1");
        Assert.Equal((CommandState.Failed, "It gave way to the restart that tester asked for."), (told.State, told.Message));
    }

    [Fact]
    public async Task Second_profile_is_refused_and_the_first_goes_on()
    {
        await using var pprof = await FakePprof.StartAsync();
        await using var setup = new AgentSetup();
        setup.UnitConfig["PprofUrl"] = pprof.Url;
        var agent = await setup.StartAsync();
        var profile = TakeAsync(agent, "p-1", ProfileKind.Cpu);
        await pprof.Begun.Task;
        await AssertRefusedAsync(StatusCode.FailedPrecondition, "Command p-1 (profile, asked for by ", TakeAsync(agent, "p-2", ProfileKind.Heap));
        pprof.Done.SetResult();
        Assert.Equal(2, (await profile).Count);
    }

    [Fact]
    public async Task Profile_of_a_process_that_changes_meanwhile_is_aborted()
    {
        await using var pprof = await FakePprof.StartAsync();
        await using var setup = new AgentSetup();
        setup.UnitConfig["PprofUrl"] = pprof.Url;
        var agent = await setup.StartAsync();
        var pid = (await agent.StatusAsync()).MainPid;
        var profile = TakeAsync(agent, "p-1", ProfileKind.Cpu);
        await pprof.Begun.Task;
        Assert.Equal(0, Posix.Kill((int)pid, Posix.SigKill));
        await Wait.UntilAsync("another process runs", async () => await agent.StatusAsync() is { State: UnitState.Active } s && s.MainPid != pid);
        pprof.Done.SetResult();
        await AssertRefusedAsync(StatusCode.Aborted, $"Process {pid}", profile);
    }

    [Fact]
    public async Task Pprof_that_does_not_answer_is_unavailable()
    {
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        await AssertRefusedAsync(StatusCode.Unavailable, "did not answer", TakeAsync(agent, "p-1", ProfileKind.Heap));
    }

    [Fact]
    public async Task Listener_that_is_no_pprof_is_unavailable_with_what_it_answered()
    {
        await using var setup = new AgentSetup();
        await using var pprof = await FakePprof.StartAsync();
        pprof.HasHeap = false;
        setup.UnitConfig["PprofUrl"] = pprof.Url;
        await AssertRefusedAsync(StatusCode.Unavailable, "HTTP 404", TakeAsync(await setup.StartAsync(), "p-1", ProfileKind.Heap));
    }

    [Fact]
    public async Task Profile_whose_caller_hangs_up_gives_the_unit_back()
    {
        await using var pprof = await FakePprof.StartAsync();
        await using var setup = new AgentSetup();
        setup.UnitConfig["PprofUrl"] = pprof.Url;
        var agent = await setup.StartAsync();
        using var call = agent.Console.Profile(Request("p-1", ProfileKind.Cpu), cancellationToken: Cancel);
        await pprof.Begun.Task;
        call.Dispose();
        await Wait.UntilAsync("the command has ended", async () => (await agent.CommandAsync("p-1")).State == CommandState.Failed);
        Assert.Equal(CommandState.Succeeded, (await agent.RestartAsync("r-1")).State);
    }

    [Theory]
    [InlineData(ProfileKind.Unspecified, 5, "kind")]
    [InlineData(ProfileKind.Cpu, 0, "seconds")]
    [InlineData(ProfileKind.Cpu, 61, "seconds")]
    public async Task Malformed_profile_request_is_refused_and_names_its_field(ProfileKind kind, int seconds, string field)
    {
        await using var setup = new AgentSetup();
        await AssertRefusedAsync(StatusCode.InvalidArgument, field, TakeAsync(await setup.StartAsync(), "p-1", kind, seconds));
    }

    private static ProfileRequest Request(string id, ProfileKind kind, int seconds = 7) =>
        new() { CommandId = id, Unit = AgentSetup.Unit, Kind = kind, Seconds = seconds, RequestedBy = "tester", Reason = "a test" };

    private static async Task<List<ProfileChunk>> TakeAsync(AgentProcess agent, string id, ProfileKind kind, int seconds = 7)
    {
        using var call = agent.Console.Profile(Request(id, kind, seconds), cancellationToken: Cancel);
        var chunks = new List<ProfileChunk>();
        await foreach (var chunk in call.ResponseStream.ReadAllAsync(Cancel))
            chunks.Add(chunk);
        return chunks;
    }

    private static async Task AssertRefusedAsync(StatusCode code, string words, Task call)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(code, refusal.StatusCode);
        Assert.Contains(words, refusal.Status.Detail, StringComparison.Ordinal);
    }
}
