using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features;

/// <summary>A real server that forks under one lock, with page tables that grow by the second, until it really locks up.</summary>
public sealed class LockupTests(Programs programs) : IAsyncLifetime
{
    private const string Host = RealHost.Name;
    private readonly RealHost _real = new(programs, RealHost.ToALockUp);
    private Session? _operator;

    private Session Operator => _operator ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        await _real.StartAsync();
        _operator = await _real.Console.SignInAsync("operator");
    }

    public ValueTask DisposeAsync() => _real.DisposeAsync();

    [Fact]
    public async Task A_server_that_locks_up_is_a_finding_until_a_restart_ends_it()
    {
        await using var load = _real.Server.Load();
        var locked = await LockedUpAsync();
        Assert.Equal(HealthState.Serving, locked.Health);
        Assert.Contains("calls in flight", locked.Lockup.Detail, StringComparison.Ordinal);
        Assert.Contains("did not answer", locked.ProbeMessage, StringComparison.Ordinal);

        var finding = (await Wait.ForAsync("the finding", FindingsAsync, f => f.Findings.Count > 0)).Findings[0];
        Assert.Equal((FindingKind.Lockup, FindingState.Confirmed, Host), (finding.Kind, finding.State, finding.Scope));
        Assert.Contains(" 1", await MetricAsync("fleetconsole_locked_up"), StringComparison.Ordinal);

        // The evidence is what a server gives that does not answer; the restart is to a version that forks no more.
        _real.Server.Stamp("1.0.5");
        var restart = await EndAsync(await Session.Ask(o => Operator.Control.RestartAsync(new() { Host = Host, Reason = "it is locked up", IdempotencyKey = CommandFleet.NewKey(), ConfirmHost = Host }, o)));
        Assert.True(restart.Phase == CommandPhase.Succeeded, restart.ToString());
        Assert.NotNull(restart.ScrapedAt);
        Assert.Contains("kernel-stacks: ", string.Join('\n', restart.Evidence), StringComparison.OrdinalIgnoreCase);

        var ended = (await Wait.ForAsync("the finding is resolved", FindingsAsync, f => f.Findings[0].State == FindingState.Resolved)).Findings[0];
        Assert.Equal(finding.Id, ended.Id);
        Assert.Matches("restart|process ended", ended.ResolvedBy);
        var story = await Session.Ask(o => Operator.Findings.GetFindingAsync(new() { Id = finding.Id }, o));
        Assert.Equal([FindingStep.Opened, FindingStep.Confirmed, FindingStep.Resolved], story.Events.Select(e => e.Step));
        Assert.Contains(" 0", await MetricAsync("fleetconsole_locked_up"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_ladder_counts_the_goroutines_that_wait_for_the_fork_lock()
    {
        await using var load = _real.Server.Load();
        await LockedUpAsync();

        foreach (var rung in new[] { Rung.Goroutines, Rung.KernelStacks, Rung.Perf, Rung.Abort })
        {
            var end = await EndAsync(await Session.Ask(o => Operator.Control.DumpAsync(new()
            {
                Host = Host,
                Reason = "it is locked up",
                IdempotencyKey = CommandFleet.NewKey(),
                Rung = rung,
                Seconds = rung == Rung.Perf ? 1 : 0,
                ConfirmHost = rung == Rung.Abort ? Host : "",
            }, o)));
            Assert.True(end.Phase == CommandPhase.Succeeded, $"{rung}: {end}");
            if (rung == Rung.Perf)
                Assert.Contains("copy_page_range", await PerfTopAsync(end.CaptureId), StringComparison.Ordinal);
            if (rung is Rung.Goroutines or Rung.Abort)
            {
                var waiters = await WaitersAsync(end.CaptureId);
                Assert.InRange(waiters, 20, 100_000);
                var said = await Session.Ask(o => new Profiles.ProfilesClient(Operator.Channel).GetDumpAsync(new() { CaptureId = end.CaptureId }, o));
                Assert.StartsWith($"{waiters} of {said.Goroutines} goroutines wait for syscall.ForkLock", said.Finding.Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal);
            }
        }
    }

    private Task<HostSummary> LockedUpAsync() => Wait.ForAsync("the host is locked up", OneAsync, h => h.Lockup?.State == LockupState.LockedUp);

    private Task<CommandView> EndAsync(CommandView command) => Wait.ForAsync($"{command.Action} ends", async () =>
        (await Session.Ask(o => Operator.Control.ListCommandsAsync(new(), o))).Commands.Single(c => c.Id == command.Id), c => c.EndedAt is not null);

    // Goroutines that are inside the function that takes the fork lock, and wait for a lock.
    private async Task<int> WaitersAsync(long capture)
    {
        var text = await Operator.Http.GetStringAsync($"/captures/{capture}/file", TestContext.Current.CancellationToken);
        return text.Split("\n\n").Count(goroutine => goroutine.Contains("forkExec(", StringComparison.Ordinal)
            && (goroutine.Contains("[sync.Mutex.Lock", StringComparison.Ordinal) || goroutine.Contains("[semacquire", StringComparison.Ordinal) || goroutine.Contains("[sync.RWMutex", StringComparison.Ordinal)));
    }

    // What perf saw, as pprof, by the tool that everybody has.
    private async Task<string> PerfTopAsync(long capture)
    {
        using var folder = new TempFolder();
        var file = folder.Write("perf.pb.gz", "");
        await File.WriteAllBytesAsync(file, await Operator.Http.GetByteArrayAsync($"/captures/{capture}/pprof", TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        await using var pprof = new ChildProcess("go", ["tool", "pprof", "-top", file]);
        Assert.Equal(0, await pprof.ExitAsync());
        return string.Join('\n', pprof.Lines);
    }

    private async Task<HostSummary> OneAsync() => (await Session.Ask(o => Operator.Fleet.GetFleetAsync(new(), o))).Hosts.SingleOrDefault() ?? new();

    private Task<ListFindingsReply> FindingsAsync() => Session.Ask(o => Operator.Findings.ListFindingsAsync(new(), o));

    private async Task<string> MetricAsync(string name)
    {
        using var http = new HttpClient();
        var page = await http.GetStringAsync(new Uri(_real.Console.Metrics, "metrics"), TestContext.Current.CancellationToken);
        return page.Split('\n').Single(line => line.StartsWith(name + "{", StringComparison.Ordinal));
    }
}
