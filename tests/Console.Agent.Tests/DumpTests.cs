using System.Globalization;
using System.Text.Json.Nodes;
using FleetConsole.Agent.Tests.Harness;
using FleetConsole.Contracts.Agent.V1;
using Grpc.Core;

namespace FleetConsole.Agent.Tests;

/// <summary>Evidence from a server that the agent runs itself, and what a dump promises whoever runs it.</summary>
public sealed class DumpTests
{
    // What Go writes on SIGABRT, after the server's own words, each line with the prefix that svlogd puts before it.
    private const string WritesADump =
        """
        trap 'printf "2026-11-25_01:00:00.12345 SIGABRT: abort\n2026-11-25_01:00:00.12346 PC=0x46 m=0 sigcode=0\n2026-11-25_01:00:00.12347 goroutine 1 [semacquire, 2 minutes]:\n2026-11-25_01:00:00.12348 main.main()\n2026-11-25_01:00:00.12349 goroutine 7 gp=0xc0 m=nil [select]:\n2026-11-25_01:00:00.12350 gs     0x0\n"; exit 2' ABRT
        echo ready; while :; do sleep 0.02; done
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Abort_takes_the_dump_from_the_log_and_one_new_process_follows()
    {
        await using var setup = new AgentSetup(WritesADump);
        var agent = await setup.StartAsync();
        await Wait.UntilAsync("the trap is set", () => File.ReadAllText(setup.At("server.log")).Contains("ready", StringComparison.Ordinal));
        var before = await agent.StatusAsync();
        var dump = await Dumped.TakeAsync(agent.Console, Dumped.Order("d-1", AgentSetup.Unit, DumpRung.Abort, known: 2));
        var (trailer, after) = (dump.Trailer, await agent.StatusAsync());
        Assert.Equal((CommandState.Succeeded, Wholeness.Whole, 2L, 6L), (trailer.Outcome.State, trailer.Wholeness, trailer.Goroutines, trailer.Lines));
        Assert.StartsWith("2026-11-25_01:00:00.12345 SIGABRT: abort\n", dump.Text, StringComparison.Ordinal);
        Assert.Equal((before.MainPid, after.MainPid, before.MainPid), (trailer.Outcome.PidBefore, trailer.Outcome.PidAfter, dump.Header.MainPid));
        Assert.Equal((1, UnitState.Active), (after.Restarts, after.State));
        var journal = await File.ReadAllLinesAsync(setup.Journal, Cancel);
        Assert.Equal(2, journal.Length);
        Assert.Contains("\"Dump\":\"Abort\"", journal[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dump_without_its_end_or_with_fewer_goroutines_than_known_is_not_whole()
    {
        await using var setup = new AgentSetup(WritesADump.Replace("gs     0x0", "rip    0x0", StringComparison.Ordinal));
        var agent = await setup.StartAsync();
        await Wait.UntilAsync("the trap is set", () => File.ReadAllText(setup.At("server.log")).Contains("ready", StringComparison.Ordinal));
        var dump = await Dumped.TakeAsync(agent.Console, Dumped.Order("d-1", AgentSetup.Unit, DumpRung.Abort, known: 1442));
        Assert.Equal(Wholeness.Cut, dump.Trailer.Wholeness);
        Assert.Contains(dump.Trailer.Warnings, w => w.Contains("registers", StringComparison.Ordinal));
        Assert.Contains("1442 goroutines were known, 2 are in the dump.", dump.Trailer.Warnings);
    }

    [Fact]
    public async Task Abort_goes_on_when_its_caller_hangs_up_and_the_dump_is_there_for_the_asking()
    {
        await using var setup = new AgentSetup(WritesADump);
        var agent = await setup.StartAsync();
        await Wait.UntilAsync("the trap is set", () => File.ReadAllText(setup.At("server.log")).Contains("ready", StringComparison.Ordinal));
        var request = Dumped.Order("d-1", AgentSetup.Unit, DumpRung.Abort);
        using (var call = agent.Console.Dump(request, cancellationToken: Cancel))
            Assert.True(await call.ResponseStream.MoveNext(Cancel));
        await Wait.UntilAsync("the command has ended", async () => (await agent.CommandAsync("d-1")).State != CommandState.Running);
        var dump = await Dumped.TakeAsync(agent.Console, request);
        Assert.Equal((Wholeness.Whole, await agent.CommandAsync("d-1")), (dump.Trailer.Wholeness, dump.Trailer.Outcome));

        // A later agent still has it; another dump takes its place.
        await agent.KillAsync();
        var later = await setup.StartAsync();
        Assert.Equal(dump, await Dumped.TakeAsync(later.Console, request));
        await Dumped.TakeAsync(later.Console, Dumped.Order("d-2", AgentSetup.Unit, DumpRung.KernelStacks));
        var gone = await Assert.ThrowsAsync<RpcException>(() => Dumped.TakeAsync(later.Console, request));
        Assert.Equal(StatusCode.AlreadyExists, gone.StatusCode);
    }

    [Fact]
    public async Task Process_that_outlasts_the_time_for_its_dump_is_left_undecided()
    {
        await using var setup = new AgentSetup("trap '' ABRT; echo ready; while :; do sleep 0.05; done");
        setup.UnitConfig["AbortTimeoutSeconds"] = 1;
        var agent = await setup.StartAsync();
        await Wait.UntilAsync("the trap is set", () => File.ReadAllText(setup.At("server.log")).Contains("ready", StringComparison.Ordinal));
        var pid = (await agent.StatusAsync()).MainPid;

        var trailer = (await Dumped.TakeAsync(agent.Console, Dumped.Order("d-1", AgentSetup.Unit, DumpRung.Abort))).Trailer;

        Assert.Equal((CommandState.Interrupted, Wholeness.Cut, pid), (trailer.Outcome.State, trailer.Wholeness, trailer.Outcome.PidBefore));
        Assert.Contains("did not end on SIGABRT within 1 s. The signal is pending, so it may still end", trailer.Outcome.Message, StringComparison.Ordinal);
        Assert.Equal((pid, ""), ((await agent.StatusAsync()).MainPid, (await agent.StatusAsync()).HeldByCommandId));
    }

    [Fact]
    public async Task Log_that_is_turned_over_in_the_middle_of_a_dump_is_followed()
    {
        await using var setup = new AgentSetup(
            """
            trap 'printf "SIGABRT: abort\ngoroutine 1 [running]:\n"; mv server.log server.old; printf "goroutine 2 [select]:\ngs     0x0\n" >server.log; exit 2' ABRT
            echo ready; while :; do sleep 0.02; done
            """);
        var agent = await setup.StartAsync();
        await Wait.UntilAsync("the trap is set", () => File.ReadAllText(setup.At("server.log")).Contains("ready", StringComparison.Ordinal));
        var dump = await Dumped.TakeAsync(agent.Console, Dumped.Order("d-1", AgentSetup.Unit, DumpRung.Abort));
        Assert.Equal("SIGABRT: abort\ngoroutine 1 [running]:\ngoroutine 2 [select]:\ngs     0x0\n", dump.Text);
        Assert.Equal(Wholeness.Whole, dump.Trailer.Wholeness);
    }

    [Fact]
    public async Task Kernel_stacks_name_every_thread()
    {
        await using var setup = new AgentSetup();
        var agent = await setup.StartAsync();
        var pid = (await agent.StatusAsync()).MainPid;
        var dump = await Dumped.TakeAsync(agent.Console, Dumped.Order("d-1", AgentSetup.Unit, DumpRung.KernelStacks));
        Assert.True(dump.Trailer.Wholeness == Wholeness.Whole, dump.Trailer.ToString());
        Assert.Contains($"thread {pid} (sleep)\n", dump.Text, StringComparison.Ordinal);
        Assert.Contains("nanosleep", dump.Text, StringComparison.Ordinal);
        Assert.Contains("State:\tS (sleeping)", dump.Text, StringComparison.Ordinal);
        Assert.Equal(pid, (await agent.StatusAsync()).MainPid);
    }

    [Fact]
    public async Task Perf_sees_a_child_that_burns()
    {
        await using var setup = new AgentSetup("while :; do :; done & wait");
        var agent = await setup.StartAsync();
        var dump = await Dumped.TakeAsync(agent.Console, Dumped.Order("d-1", AgentSetup.Unit, DumpRung.Perf, seconds: 1));
        Assert.True(dump.Trailer.Outcome.State == CommandState.Succeeded, dump.Trailer.ToString());
        Assert.Contains("cpu-clock:", dump.Text, StringComparison.Ordinal);
        Assert.False(File.Exists($"{setup.Journal}.{AgentSetup.Unit}.perf"));
    }

    [Fact]
    public async Task Perf_records_a_unit_whose_children_come_and_go()
    {
        await using var setup = new AgentSetup("for i in 1 2 3 4 5 6 7 8; do (while :; do sleep 0.01; done) & done; wait");
        var agent = await setup.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            var dump = await Dumped.TakeAsync(agent.Console, Dumped.Order($"d-{i}", AgentSetup.Unit, DumpRung.Perf, seconds: 1));
            Assert.True(dump.Trailer.Outcome.State == CommandState.Succeeded, dump.Trailer.ToString());
        }
    }

    [Fact]
    public async Task Goroutines_come_from_pprof_and_its_silence_is_the_trailers()
    {
        await using var pprof = await FakePprof.StartAsync();
        pprof.Content = "goroutine 1 [running]:\nmain.main()\n\ngoroutine 18 [select, 3 minutes]:\n"u8.ToArray();
        await using var setup = new AgentSetup();
        setup.UnitConfig["PprofUrl"] = pprof.Url;
        var agent = await setup.StartAsync();
        var dump = await Dumped.TakeAsync(agent.Console, Dumped.Order("d-1", AgentSetup.Unit, DumpRung.Goroutines));
        Assert.Equal((Wholeness.Whole, 2L), (dump.Trailer.Wholeness, dump.Trailer.Goroutines));
        Assert.Equal("/debug/pprof/goroutine?debug=2", pprof.LastQuery);
        pprof.HasHeap = false;
        var none = await Dumped.TakeAsync(agent.Console, Dumped.Order("d-2", AgentSetup.Unit, DumpRung.Goroutines));
        Assert.Equal((CommandState.Failed, Wholeness.Cut, ""), (none.Trailer.Outcome.State, none.Trailer.Wholeness, none.Text));
        Assert.Contains("HTTP 404", none.Trailer.Outcome.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DumpRung.Abort, "abort")]
    [InlineData(DumpRung.KernelStacks, "dump")]
    [InlineData(DumpRung.Unspecified, "rung")]
    [InlineData(DumpRung.Perf, "seconds")]
    public async Task Dump_that_is_not_allowed_or_malformed_is_refused(DumpRung rung, string words)
    {
        await using var setup = new AgentSetup();
        var isMalformed = words is "rung" or "seconds";
        if (!isMalformed)
            setup.UnitConfig["Actions"] = new JsonArray("status", rung == DumpRung.Abort ? "dump" : "abort");
        var agent = await setup.StartAsync();
        var refusal = await Assert.ThrowsAsync<RpcException>(() => Dumped.TakeAsync(agent.Console, Dumped.Order("d-1", AgentSetup.Unit, rung)));
        Assert.Equal(isMalformed ? StatusCode.InvalidArgument : StatusCode.PermissionDenied, refusal.StatusCode);
        Assert.Contains(words, refusal.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(CommandState.Unknown, (await agent.CommandAsync("d-1")).State);
        Assert.Equal(1, await agent.MetricAsync($"fleetconsole_agent_commands_total{{action=\"{(rung == DumpRung.Abort ? "abort" : "dump")}\",outcome=\"refused\"}}"));
    }

    [Fact]
    public async Task Log_is_read_from_its_end()
    {
        await using var setup = new AgentSetup("seq 1 1000; exec sleep 1000");
        var agent = await setup.StartAsync();
        await Wait.UntilAsync("all is written", () => File.ReadAllText(setup.At("server.log")).EndsWith("\n1000\n", StringComparison.Ordinal));
        Assert.Equal(("999\n1000\n", false), await agent.ReadLogAsync(2, 1000));
        Assert.Equal(("9\n1000\n", true), await agent.ReadLogAsync(3, 7));
        var all = await agent.ReadLogAsync(10_000, 4 * 1024 * 1024);
        Assert.Equal((string.Concat(Enumerable.Range(1, 1000).Select(i => i.ToString(CultureInfo.InvariantCulture) + "\n")), false), all);
    }
}
