using System.Globalization;
using FleetConsole.Agent.Tests.Harness;
using FleetConsole.Contracts.Agent.V1;
using Grpc.Core;

namespace FleetConsole.Agent.Tests.Systemd;

/// <summary>The agent over a real systemd: what it says is what systemd says, and what it does happens once.</summary>
[Collection(OneSystemd.Name)]
public sealed class SystemdTests(SystemdContainer container, ITestOutputHelper output)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Contracts.Agent.V1.Agent.AgentClient Agent => container.Agent;

    [Fact]
    public async Task Status_is_what_systemd_says()
    {
        var status = await StatusAsync("git-main");
        Assert.Equal((Supervisor.Systemd, UnitState.Active, "running", "success"), (status.Supervisor, status.State, status.SubState, status.Result));
        Assert.Equal(await container.ShowAsync("git-main", "MainPID"), status.MainPid.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(await container.ShowAsync("git-main", "NRestarts"), status.Restarts.ToString(CultureInfo.InvariantCulture));
        Assert.InRange((status.ProcessStartedAt.ToDateTimeOffset() - status.ActiveSince.ToDateTimeOffset()).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.True(status.Process.VirtualMemoryBytes > 0);
        Assert.True(status.Service.WorkingSetBytes > 0);
        Assert.Equal("/system.slice/git-main.service", status.Service.Id);
        Assert.DoesNotContain(Contracts.Agent.V1.Action.Profile, status.AllowedActions);
        Assert.Contains(Contracts.Agent.V1.Action.Abort, status.AllowedActions);
    }

    [Fact]
    public async Task Restart_makes_one_new_process_and_names_it()
    {
        var before = await StatusAsync("git-main");
        var lives = await container.IncarnationsAsync("git-main");
        var outcome = await Agent.RestartAsync(new() { CommandId = "s-restart", Unit = "git-main", RequestedBy = "tester", Reason = "a test" }, cancellationToken: Cancel);
        var after = await StatusAsync("git-main");
        Assert.Equal((CommandState.Succeeded, Contracts.Agent.V1.Action.Restart), (outcome.State, outcome.Action));
        Assert.Equal((before.MainPid, after.MainPid), (outcome.PidBefore, outcome.PidAfter));
        Assert.Equal((before.ProcessStartedAt, after.ProcessStartedAt), (outcome.ProcessStartedAtBefore, outcome.ProcessStartedAtAfter));
        Assert.NotEqual(before.MainPid, after.MainPid);
        Assert.Equal(lives + 1, await container.IncarnationsAsync("git-main"));
        Assert.Equal(outcome, await Agent.GetCommandAsync(new() { CommandId = "s-restart" }, cancellationToken: Cancel));
    }

    [Fact]
    public async Task Crash_is_seen_at_once_and_systemds_own_restart_is_counted()
    {
        using var watch = Agent.WatchStatus(new() { Unit = "git-main" }, cancellationToken: Cancel);
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));
        var before = watch.ResponseStream.Current;
        var lives = await container.IncarnationsAsync("git-main");
        await container.CommandAsync("kill", "-KILL", before.MainPid.ToString(CultureInfo.InvariantCulture));
        var states = new List<UnitState>();
        while (await watch.ResponseStream.MoveNext(Cancel))
        {
            var now = watch.ResponseStream.Current;
            states.Add(now.State);
            if (now.State == UnitState.Active && now.MainPid != before.MainPid && now.MainPid != 0)
            {
                Assert.Equal(before.Restarts + 1, now.Restarts);
                break;
            }
        }

        Assert.Contains(UnitState.Restarting, states);
        Assert.Equal(lives + 1, await container.IncarnationsAsync("git-main"));
    }

    [Fact]
    public async Task Reload_hands_over_to_a_new_main_process()
    {
        var before = await StatusAsync("git-main");
        var lives = await container.IncarnationsAsync("git-main");
        var outcome = await Agent.ReloadAsync(new() { CommandId = "s-reload", Unit = "git-main", RequestedBy = "tester", Reason = "a test" }, cancellationToken: Cancel);
        var after = await StatusAsync("git-main");
        Assert.True(outcome.State == CommandState.Succeeded, outcome.Message);
        Assert.Equal((before.MainPid, after.MainPid), (outcome.PidBefore, outcome.PidAfter));
        Assert.NotEqual(before.MainPid, after.MainPid);
        Assert.True(before.ProcessStartedAt < after.ProcessStartedAt);
        Assert.Equal((UnitState.Active, before.Restarts), (after.State, after.Restarts));
        Assert.Equal(lives + 1, await container.IncarnationsAsync("git-main"));
        await Wait.UntilAsync("the old process has drained", async () => (await StatusAsync("git-main")).DrainingPids.Count == 0);
    }

    [Fact]
    public async Task Abort_brings_a_whole_dump_and_one_new_process_by_systemd()
    {
        var before = await StatusAsync("git-main");
        var lives = await container.IncarnationsAsync("git-main");
        var request = Dumped.Order("s-abort", "git-main", DumpRung.Abort, known: 10);
        var dump = await Dumped.TakeAsync(Agent, request);
        Assert.True(dump.Trailer.Outcome.State == CommandState.Succeeded, dump.Trailer.ToString());
        Assert.Contains("systemd started", dump.Trailer.Outcome.Message, StringComparison.Ordinal);
        Assert.True(dump.Trailer.Wholeness == Wholeness.Whole, dump.Trailer.ToString());
        Assert.InRange(dump.Trailer.Goroutines, 10, 1000);
        Assert.StartsWith("SIGABRT: abort\nPC=", dump.Text, StringComparison.Ordinal);
        Assert.Contains("google.golang.org/grpc.(*Server).Serve(", dump.Text, StringComparison.Ordinal);
        var after = await StatusAsync("git-main");
        Assert.Equal((before.MainPid, after.MainPid), (dump.Trailer.Outcome.PidBefore, dump.Trailer.Outcome.PidAfter));
        Assert.Equal(lives + 1, await container.IncarnationsAsync("git-main"));

        // Asked again, because the connection broke for instance, it is told again and not done again.
        Assert.Equal(dump, await Dumped.TakeAsync(Agent, request));
        Assert.Equal(after.MainPid, (await StatusAsync("git-main")).MainPid);
    }

    [Fact]
    public async Task Unit_that_systemd_does_not_start_again_is_started_by_the_agent_after_an_abort()
    {
        var lives = await container.IncarnationsAsync("git-once");
        var dump = await Dumped.TakeAsync(Agent, Dumped.Order("s-once", "git-once", DumpRung.Abort));
        Assert.True(dump.Trailer.Outcome.State == CommandState.Succeeded, dump.Trailer.ToString());
        Assert.Contains("so the agent did", dump.Trailer.Outcome.Message, StringComparison.Ordinal);
        Assert.Equal(Wholeness.Whole, dump.Trailer.Wholeness);
        Assert.Equal(lives + 1, await container.IncarnationsAsync("git-once"));
        Assert.Equal(UnitState.Active, (await StatusAsync("git-once")).State);
    }

    [Fact]
    public async Task Dump_that_the_rate_limit_cuts_is_told_beforehand_and_afterwards_and_the_drop_in_prevents_it()
    {
        var limit = (await StatusAsync("git-limited")).LogRateLimit;
        Assert.True(limit.CutsDumps);
        Assert.Equal((5, 30), (limit.Burst, limit.Interval.Seconds));
        var cut = await Dumped.TakeAsync(Agent, Dumped.Order("s-cut", "git-limited", DumpRung.Abort));
        Assert.Contains(limit.Message, cut.Header.Warnings);
        Assert.True(cut.Trailer.Wholeness == Wholeness.Cut, cut.Trailer.ToString());
        Assert.Contains(cut.Trailer.Warnings, w => w.Contains("registers", StringComparison.Ordinal));
        Assert.Contains(limit.Message, cut.Trailer.Warnings);
        Assert.Equal(CommandState.Succeeded, cut.Trailer.Outcome.State);

        var told = await container.AgentAsync("--lift-log-limits");
        Assert.Contains($"git-limited.service: {limit.DropInPath} lifts the limit from the service's next restart on.", told, StringComparison.Ordinal);
        Assert.Contains("git-main.service: /etc/systemd/system/git-main.service.d/log-rate-limit.conf", told, StringComparison.Ordinal);
        Assert.Equal(limit.DropIn, await container.CommandAsync("cat", limit.DropInPath));
        await container.CommandAsync("systemctl", "restart", "git-limited");
        Assert.False((await StatusAsync("git-limited")).LogRateLimit.CutsDumps);
        var whole = await Dumped.TakeAsync(Agent, Dumped.Order("s-whole", "git-limited", DumpRung.Abort));
        Assert.True(whole.Trailer.Wholeness == Wholeness.Whole, whole.Trailer.ToString());
        Assert.Empty(whole.Header.Warnings);
        Assert.Contains("git-limited.service: nothing to do, 1000000 lines are let through.", await container.AgentAsync("--lift-log-limits"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Zero_does_not_lift_the_rate_limit_of_a_unit_and_a_large_burst_does()
    {
        var (zero, burst) = (await LinesAsync("lines-zero"), await LinesAsync("lines-burst"));
        output.WriteLine($"of 60000 lines {zero} arrived with LogRateLimitIntervalSec=0, {burst} with LogRateLimitBurst=1000000");
        Assert.InRange(zero, 1, 60_000);
        Assert.Equal(60_001, burst);
    }

    [Fact]
    public async Task Unit_that_was_started_too_often_is_named_so()
    {
        var outcome = new CommandOutcome();
        for (var i = 0; i < 4 && outcome.State != CommandState.Failed; i++)
            outcome = await Agent.RestartAsync(new() { CommandId = $"s-loop-{i}", Unit = "git-loop" }, cancellationToken: Cancel);
        Assert.Equal((CommandState.Failed, "start-limit-hit"), (outcome.State, outcome.UnitResult));
        Assert.Contains("systemctl reset-failed git-loop.service", outcome.Message, StringComparison.Ordinal);
        var status = await StatusAsync("git-loop");
        Assert.Equal((UnitState.Failed, "start-limit-hit", 0), (status.State, status.Result, status.MainPid));
    }

    [Theory]
    [InlineData("git-hidden")]
    [InlineData("git-main.service")]
    [InlineData("--help")]
    [InlineData("-H root@elsewhere")]
    [InlineData("git-main git-hidden")]
    [InlineData("git-*")]
    [InlineData("git-main;reboot")]
    [InlineData("")]
    public async Task Unit_that_is_not_listed_is_refused_and_left_alone(string unit)
    {
        var pid = await container.ShowAsync("git-hidden", "MainPID");
        var journal = await container.ReadJournalAsync();
        Task[] calls =
        [
            Agent.RestartAsync(new() { CommandId = "s-no", Unit = unit }, cancellationToken: Cancel).ResponseAsync,
            Agent.ReloadAsync(new() { CommandId = "s-no", Unit = unit }, cancellationToken: Cancel).ResponseAsync,
            Agent.GetStatusAsync(new() { Unit = unit }, cancellationToken: Cancel).ResponseAsync,
            Agent.WatchStatus(new() { Unit = unit }, cancellationToken: Cancel).ResponseStream.MoveNext(Cancel),
            Agent.Dump(Dumped.Order("s-no", unit, DumpRung.Abort), cancellationToken: Cancel).ResponseStream.MoveNext(Cancel),
            Agent.ReadJournal(new() { Unit = unit, Lines = 1, MaxBytes = 1 }, cancellationToken: Cancel).ResponseStream.MoveNext(Cancel),
        ];
        foreach (var call in calls)
            Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => call)).StatusCode);
        Assert.Equal(pid, await container.ShowAsync("git-hidden", "MainPID"));
        Assert.Equal(journal, await container.ReadJournalAsync());
    }

    [Fact]
    public async Task Perf_samples_whatever_is_in_the_units_cgroup()
    {
        // By its second fork the child left the tree of the main process, which only sleeps.
        await container.CommandAsync("systemctl", "start", "git-stray");
        try
        {
            var dump = await Dumped.TakeAsync(Agent, Dumped.Order("s-stray", "git-stray", DumpRung.Perf, seconds: 1));
            Assert.True(dump.Trailer.Outcome.State == CommandState.Succeeded, dump.Trailer.ToString());
            Assert.Contains("bash", dump.Text, StringComparison.Ordinal);
        }
        finally
        {
            await container.CommandAsync("systemctl", "stop", "git-stray");
        }
    }

    [Fact]
    public async Task Journal_is_read_from_its_end()
    {
        using var call = Agent.ReadJournal(new() { Unit = "git-once", Lines = 1000, MaxBytes = 1_000_000 }, cancellationToken: Cancel);
        var chunks = await call.ResponseStream.ReadAllAsync(Cancel).ToListAsync(Cancel);
        var text = string.Concat(chunks.Select(c => c.Data.ToStringUtf8()));
        Assert.Contains("listens on 127.0.0.1:", text, StringComparison.Ordinal);
        Assert.DoesNotContain(chunks, c => c.Truncated);
        using var little = Agent.ReadJournal(new() { Unit = "git-once", Lines = 1000, MaxBytes = 100 }, cancellationToken: Cancel);
        var rest = Assert.Single(await little.ResponseStream.ReadAllAsync(Cancel).ToListAsync(Cancel));
        Assert.True(rest.Truncated);
        Assert.EndsWith(rest.Data.ToStringUtf8(), text, StringComparison.Ordinal);
    }

    private async Task<int> LinesAsync(string unit)
    {
        await container.CommandAsync("systemctl", "start", unit);
        await container.CommandAsync("journalctl", "--sync");
        return (await container.CommandAsync("journalctl", "--quiet", "--output=cat", $"_SYSTEMD_UNIT={unit}.service")).Count(c => c == '\n');
    }

    private Task<UnitStatus> StatusAsync(string unit) => Agent.GetStatusAsync(new() { Unit = unit }, cancellationToken: Cancel).ResponseAsync;
}
