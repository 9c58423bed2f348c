using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>Dumps by rung, and the evidence that is taken before a restart.</summary>
public sealed class DumpTests(CommandFleet fleet) : IClassFixture<CommandFleet>, IDisposable
{
    public void Dispose()
    {
        fleet.Agent.Dumps = request => Task.FromResult(("goroutine 1 [running]:\n"u8.ToArray(), Whole(request)));
        fleet.Agent.Profiles = (_, _) => Task.CompletedTask;
        fleet.GitRpc.Serving = true;
    }

    [Fact]
    public async Task A_dump_is_kept_and_says_whether_it_is_whole()
    {
        var host = await fleet.HostAsync();
        fleet.Agent.Dumps = request => Task.FromResult(("goroutine 1 [running]:\n"u8.ToArray(), new DumpTrailer
        {
            Outcome = new() { CommandId = request.CommandId, State = CommandState.Succeeded },
            Wholeness = Wholeness.Cut,
            Goroutines = 1,
            KnownGoroutines = 1400,
            SuppressedMessages = 812,
            Warnings = { "LogRateLimitBurst=10000 of git.service cut it." },
        }));

        var end = await fleet.EndOfAsync((await DumpAsync(host, Rung.Goroutines)).Id);

        Assert.Equal(CommandPhase.Succeeded, end.Phase);
        Assert.Equal("The dump is cut: 1 goroutines, go_goroutines last said 1400, 812 lines suppressed by journald. LogRateLimitBurst=10000 of git.service cut it.", end.Message);
        var capture = Assert.Single((await Session.Ask(o => fleet.Operator.Captures.ListCapturesAsync(new() { Host = host }, o))).Captures);
        Assert.Equal(("goroutines", 23), (capture.Kind, capture.SizeBytes));
    }

    [Theory]
    [InlineData(Rung.Unspecified, 0)]
    [InlineData(Rung.Perf, 0)]
    [InlineData(Rung.Perf, 61)]
    public async Task A_dump_without_a_rung_or_a_time_is_malformed(Rung rung, int seconds) =>
        Assert.Equal(StatusCode.InvalidArgument, (await CommandFleet.RefusedAsync(() => DumpAsync(CommandFleet.Unmapped, rung, seconds))).StatusCode);

    [Fact]
    public async Task The_dump_that_ends_the_process_needs_the_hosts_name_and_follows_the_next_one()
    {
        var host = await fleet.HostAsync();
        Assert.Contains("typed once more", (await CommandFleet.RefusedAsync(() => DumpAsync(host, Rung.Abort))).Detail, StringComparison.Ordinal);
        fleet.Agent.Dumps = request =>
        {
            var trailer = Whole(request);
            trailer.Outcome = FakeAgent.Succeeded(CommandFleet.NewStart);
            return Task.FromResult(("SIGABRT: abort\n"u8.ToArray(), trailer));
        };
        fleet.Prometheus.Run(host, CommandFleet.NewStart);

        var end = await fleet.EndOfAsync((await DumpAsync(host, Rung.Abort, confirm: host)).Id);

        Assert.Equal((CommandPhase.Succeeded, "abort"), (end.Phase, end.Action));
        Assert.NotNull(end.ScrapedAt);
        Assert.Contains("The dump is whole: 1 goroutines.", end.Evidence);
        Assert.NotEqual(0, end.CaptureId);
    }

    [Fact]
    public async Task After_a_lost_connection_the_same_dump_is_asked_for_again()
    {
        var host = await fleet.HostAsync();
        fleet.Agent.DropNextDump = true;

        var end = await fleet.EndOfAsync((await DumpAsync(host, Rung.KernelStacks)).Id);

        Assert.Equal(CommandPhase.Succeeded, end.Phase);
        Assert.Equal(2, fleet.Agent.DumpCalls.Count(call => call.CommandId == end.Id));
        Assert.Single(fleet.Agent.Acted, end.Id);
    }

    [Theory]
    [InlineData(CommandState.Succeeded, CommandPhase.Succeeded)]
    [InlineData(CommandState.Failed, CommandPhase.Failed)]
    [InlineData(CommandState.Interrupted, CommandPhase.Unknown)]
    public async Task An_abort_whose_dump_does_not_arrive_is_what_the_agent_says_that_it_was(CommandState state, CommandPhase phase)
    {
        var host = await fleet.HostAsync();
        fleet.Agent.Dumps = request =>
        {
            var trailer = Whole(request);
            trailer.Outcome = state == CommandState.Succeeded ? FakeAgent.Succeeded(CommandFleet.NewStart) : new() { State = state, Message = "The agent's own words." };
            return Task.FromResult(("SIGABRT: abort\n"u8.ToArray(), trailer));
        };
        fleet.Agent.CutNextDump = true;
        fleet.Prometheus.Run(host, CommandFleet.NewStart);

        var end = await fleet.EndOfAsync((await DumpAsync(host, Rung.Abort, confirm: host)).Id);

        Assert.Equal(phase, end.Phase);
        Assert.Equal(0, end.CaptureId);
        Assert.Contains(end.Evidence, line => line.StartsWith("no dump: The dump from the agent", StringComparison.Ordinal));
        Assert.Equal(state == CommandState.Succeeded, end.ScrapedAt is not null);
        Assert.Equal(state != CommandState.Succeeded, end.Message.Contains("The agent's own words.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Before_a_restart_the_running_process_is_asked_for_evidence()
    {
        var host = await fleet.HostAsync();
        fleet.Agent.Restarts = _ => Task.FromResult(FakeAgent.Succeeded(CommandFleet.NewStart));
        fleet.Agent.Profiles = (_, stream) => FakeAgent.SendAsync(stream, [1, 2, 3], CommandFleet.OldStart);
        fleet.Prometheus.Run(host, CommandFleet.NewStart);
        await Wait.UntilAsync("its health was asked", async () =>
            (await Session.Ask(o => fleet.Operator.Fleet.GetFleetAsync(new(), o))).Hosts.Single(h => h.Host == host).Health == HealthState.Serving);

        var end = await fleet.EndOfAsync((await RestartAsync(host)).Id);

        Assert.Equal(CommandPhase.Succeeded, end.Phase);
        Assert.Equal(["figures", "goroutines", "cpu"], end.Evidence.Take(3).Select(line => line.Split(':')[0]));
        Assert.Equal(["cpu", "figures", "goroutines"], await KindsAsync(new() { CommandId = end.Id }));
        Assert.Equal(["cpu"], await KindsAsync(new() { Host = host, Kind = "cpu" }));
        Assert.Empty(await KindsAsync(new() { CommandId = "another" }));

        async Task<IEnumerable<string>> KindsAsync(ListCapturesRequest request) =>
            (await Session.Ask(o => fleet.Operator.Captures.ListCapturesAsync(request, o))).Captures.Select(c => c.Kind).Order();
    }

    [Fact]
    public async Task A_server_that_does_not_answer_leaves_kernel_stacks_and_perf_and_is_restarted()
    {
        var host = await fleet.HostAsync();
        fleet.Agent.Restarts = _ => Task.FromResult(FakeAgent.Succeeded(CommandFleet.NewStart));
        fleet.Agent.Dumps = request =>
        {
            var trailer = Whole(request);
            if (request.Rung != DumpRung.Goroutines)
                return Task.FromResult(("thread 1\n"u8.ToArray(), trailer));
            trailer.Outcome = new() { State = CommandState.Failed, Message = "pprof does not answer" };
            return Task.FromResult((Array.Empty<byte>(), trailer));
        };
        fleet.Prometheus.Run(host, CommandFleet.NewStart);

        var end = await fleet.EndOfAsync((await RestartAsync(host)).Id);

        Assert.Equal(CommandPhase.Succeeded, end.Phase);
        Assert.Contains("no goroutines: pprof does not answer", end.Evidence);
        Assert.Contains("kernel-stacks: 9 bytes", end.Evidence);
        Assert.Contains("perf: 9 bytes", end.Evidence);
        Assert.Single(fleet.Agent.RestartCalls, call => call.CommandId == end.Id);
    }

    private Task<CommandView> RestartAsync(string host) => Session.Ask(o => fleet.Operator.Control.RestartAsync(
        new() { Host = host, Reason = "a test", IdempotencyKey = CommandFleet.NewKey(), ConfirmHost = host }, o));

    private Task<CommandView> DumpAsync(string host, Rung rung, int seconds = 0, string confirm = "") => Session.Ask(o => fleet.Operator.Control.DumpAsync(
        new() { Host = host, Reason = "a test", IdempotencyKey = CommandFleet.NewKey(), Rung = rung, Seconds = seconds, ConfirmHost = confirm }, o));

    private static DumpTrailer Whole(DumpRequest request) => new()
    {
        Outcome = new() { CommandId = request.CommandId, State = CommandState.Succeeded, Message = "taken" },
        Wholeness = Wholeness.Whole,
        Goroutines = 1,
    };
}
