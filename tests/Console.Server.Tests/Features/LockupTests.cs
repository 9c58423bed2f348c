using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features;

/// <summary>A real server that forks under one lock, with page tables that grow by the second, until it really locks up.</summary>
public sealed class LockupTests(Programs programs) : IAsyncLifetime
{
    // 20 forks a second: at 2 GiB a fork takes 60 ms, which is more than there is.
    private const long Grow = 150_000_000;
    private readonly GitRpcProcess _git = new(programs);
    private PrometheusProcess? _prometheus;
    private ConsoleProcess? _console;
    private Session? _viewer;

    private Session Viewer => _viewer ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        await _git.StartAsync("1.0.4", Grow);
        _prometheus = new(_git.Metrics);
        await _prometheus.StartAsync();
        _console = new(programs, _prometheus.Url);
        var hosts = _console.Section("Hosts");
        (hosts["GitRpcAddress"], hosts["AgentAddress"]) = ($"http://{_git.Grpc}", "");
        var gitRpc = _console.Section("GitRpc");
        (gitRpc["SecretFile"], gitRpc["ProbeStorage"], gitRpc["ProbeRepository"]) = (_git.SecretFile, GitRpcProcess.Storage, Programs.Repository);
        gitRpc["DeadlineSeconds"] = 2;

        // The forking call is made because calls pile up, not because its own time has come.
        gitRpc["ProbeSeconds"] = 3600;
        await _console.StartAsync();
        _viewer = await _console.SignInAsync("viewer");
    }

    public async ValueTask DisposeAsync()
    {
        if (_console is not null)
            await _console.DisposeAsync();
        if (_prometheus is not null)
            await _prometheus.DisposeAsync();
        await _git.DisposeAsync();
    }

    [Fact]
    public async Task A_server_that_locks_up_is_a_finding_until_a_restart_ends_it()
    {
        await using var load = _git.Load();
        var locked = await Wait.ForAsync("the host is locked up", OneAsync, h => h.Lockup?.State == LockupState.LockedUp);
        Assert.Equal(HealthState.Serving, locked.Health);
        Assert.Contains("calls in flight", locked.Lockup.Detail, StringComparison.Ordinal);
        Assert.Contains("did not answer", locked.ProbeMessage, StringComparison.Ordinal);

        var finding = (await Wait.ForAsync("the finding", FindingsAsync, f => f.Findings.Count > 0)).Findings[0];
        Assert.Equal((FindingKind.Lockup, FindingState.Confirmed, _git.Metrics), (finding.Kind, finding.State, finding.Scope));
        Assert.Contains(" 1", await MetricAsync("fleetconsole_locked_up"), StringComparison.Ordinal);

        await _git.KillAsync();
        await _git.StartAsync("1.0.5");
        var ended = (await Wait.ForAsync("the finding is resolved", FindingsAsync, f => f.Findings[0].State == FindingState.Resolved)).Findings[0];
        Assert.Equal(finding.Id, ended.Id);
        Assert.Matches("restart|process ended", ended.ResolvedBy);
        var story = await Session.Ask(o => Viewer.Findings.GetFindingAsync(new() { Id = finding.Id }, o));
        Assert.Equal([FindingStep.Opened, FindingStep.Confirmed, FindingStep.Resolved], story.Events.Select(e => e.Step));
        Assert.Contains(" 0", await MetricAsync("fleetconsole_locked_up"), StringComparison.Ordinal);
    }

    private async Task<HostSummary> OneAsync() => (await Session.Ask(o => Viewer.Fleet.GetFleetAsync(new(), o))).Hosts.SingleOrDefault() ?? new();

    private Task<ListFindingsReply> FindingsAsync() => Session.Ask(o => Viewer.Findings.ListFindingsAsync(new(), o));

    private async Task<string> MetricAsync(string name)
    {
        using var http = new HttpClient();
        var page = await http.GetStringAsync(new Uri(_console!.Metrics, "metrics"), TestContext.Current.CancellationToken);
        return page.Split('\n').Single(line => line.StartsWith(name + "{", StringComparison.Ordinal));
    }
}
