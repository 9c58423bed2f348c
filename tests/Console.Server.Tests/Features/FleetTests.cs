using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Server.Tests.Features;

/// <summary>A real Prometheus scrapes a real Git RPC server, and the console shows both.</summary>
public sealed class FleetTests(Programs programs) : IAsyncLifetime
{
    private readonly GitRpcProcess _git = new(programs);
    private PrometheusProcess? _prometheus;
    private ConsoleProcess? _console;
    private Session? _viewer;

    private Session Viewer => _viewer ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        await _git.StartAsync("1.0.4");
        _prometheus = new(_git.Metrics);
        await _prometheus.StartAsync();
        _console = new(programs, _prometheus.Url);
        var hosts = _console.Section("Hosts");
        (hosts["GitRpcAddress"], hosts["AgentAddress"]) = ($"http://{_git.Grpc}", "");
        var gitRpc = _console.Section("GitRpc");
        (gitRpc["SecretFile"], gitRpc["ProbeStorage"], gitRpc["ProbeRepository"]) = (_git.SecretFile, GitRpcProcess.Storage, Programs.Repository);
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
    public async Task A_host_under_load_shows_what_it_is_and_how_it_does()
    {
        await using var load = _git.Load();
        var host = await Wait.ForAsync("p99, the load and health of the host", OneAsync,
            h => h is { HasP99Seconds: true, RequestsPerSecond: > 5, Health: HealthState.Serving });

        Assert.Equal((_git.Metrics, "1.0.4", true), (host.Host, host.Version, host.Scraped));
        Assert.InRange(Age(host.ProcessStartedAt), 0, 120);

        // 20 calls a second at random moments, seen through a window of 5 s that fills up at first.
        Assert.InRange(host.RequestsPerSecond, 5, 60);
        Assert.InRange(host.P99Seconds, 0.0001, 5);
        Assert.True(host.HasForkUtilisation && host.ForkUtilisation >= 0);
        Assert.InRange(host.ResidentMemoryBytes, 1e6, 1e9);
        Assert.Contains("Hosts:AgentAddress is empty", host.UnmappedReason, StringComparison.Ordinal);

        var reply = await Wait.ForAsync("the probes have run", HostAsync, h => h.ServerInfo is { HasServerInfoSeconds: true, HasRefExistsSeconds: true });
        Assert.Equal("1.0.4", reply.ServerInfo.Version);
        Assert.Equal((GitRpcProcess.Storage, true, true), reply.ServerInfo.Storages.Select(s => (s.Name, s.Readable, s.Writeable)).Single());
        Assert.InRange(reply.ServerInfo.RefExistsSeconds, 0.0001, 5);
        var fleet = await Wait.ForAsync("methods with traffic", FleetAsync, f => f.Methods.Count > 0);
        Assert.Contains("gitaly.RefService/RefExists", fleet.Methods);
        Assert.DoesNotContain(fleet.Methods, m => m.Contains("Health", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_Prometheus_is_gone_its_last_word_stays_and_is_marked_as_old()
    {
        var before = await Wait.ForAsync("the host is known", OneAsync, h => h.Scraped);

        await Prometheus.KillAsync();
        var down = await Wait.ForAsync("Prometheus is down and the metrics are stale", FleetAsync, f => f.MetricsStale);
        var source = down.Sources[0];
        Assert.Equal((SourceKind.Prometheus, SourceState.Down), (source.Kind, source.State));
        Assert.Contains(Prometheus.Url, source.Message, StringComparison.Ordinal);
        Assert.InRange(Age(source.Since), 0, 60);
        Assert.Equal((before.Host, before.Version, before.ProcessStartedAt), (down.Hosts[0].Host, down.Hosts[0].Version, down.Hosts[0].ProcessStartedAt));
        var since = source.Since;
        Assert.Equal(since, (await FleetAsync()).Sources[0].Since);
        Assert.Empty((await HostAsync()).Incarnations);

        await Prometheus.StartAsync();
        var up = await Wait.ForAsync("Prometheus is back", FleetAsync, f => f.Sources[0].State == SourceState.Up && !f.MetricsStale);
        Assert.Equal("", up.Sources[0].Message);
        Assert.True(up.Sources[0].Since > since);
    }

    [Fact]
    public async Task A_restarted_server_is_a_second_process_and_a_stopped_one_is_unreachable()
    {
        var first = await Wait.ForAsync("the first process", HostAsync, h => h is { Incarnations.Count: 1, Summary.Health: HealthState.Serving });

        await _git.KillAsync();
        var gone = await Wait.ForAsync("the server is gone", HostAsync, h => h.Summary is { Health: HealthState.Unreachable, Scraped: false });
        Assert.Equal("1.0.4", gone.Summary.Version);
        Assert.Contains("cannot be reached", gone.Sources.Single(s => s.Kind == SourceKind.GitRpc).Message, StringComparison.Ordinal);
        await _git.StartAsync("1.0.5");

        var second = await Wait.ForAsync("the second process", HostAsync, h => h is { Incarnations.Count: 2, Summary.Health: HealthState.Serving });
        Assert.Equal(["1.0.5", "1.0.4"], second.Incarnations.Select(p => p.Version));
        Assert.Equal([true, false], second.Incarnations.Select(p => p.Running));
        Assert.Equal(first.Incarnations[0].StartedAt, second.Incarnations[1].StartedAt);

        // A start is whole seconds of boot time and ticks: it may seem a second early.
        Assert.True(second.Incarnations[1].LastSeenAt.Seconds <= second.Incarnations[0].StartedAt.Seconds + 2, $"{second.Incarnations[1]} {second.Incarnations[0]}");
        Assert.Equal("1.0.5", (await Wait.ForAsync("the new version", OneAsync, h => h.Version == "1.0.5")).Version);
    }

    private PrometheusProcess Prometheus => _prometheus ?? throw new InvalidOperationException("Not started.");

    private static double Age(Timestamp at) => (TimeProvider.System.GetUtcNow() - at.ToDateTimeOffset()).TotalSeconds;

    private Task<FleetReply> FleetAsync() => Session.Ask(o => Viewer.Fleet.GetFleetAsync(new(), o));

    private async Task<HostSummary> OneAsync() => (await FleetAsync()).Hosts.SingleOrDefault() ?? new();

    private async Task<HostReply> HostAsync() => (await FleetAsync()).Hosts.Count == 0
        ? new()
        : await Session.Ask(o => Viewer.Fleet.GetHostAsync(new() { Host = _git.Metrics }, o));
}
