using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features;

/// <summary>Restarts of real servers by real agents, seen by a real Prometheus, while the console is killed.</summary>
public sealed class RealRestartTests(Programs programs) : IAsyncLifetime
{
    private const int Hosts = 5;
    private const int Kills = 4;

    // Twenty points, from the request to beyond the end of a restart with evidence (some seven seconds).
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(450);
    private readonly TestAuthority _authority = new();
    private readonly List<AgentedServer> _hosts = [];
    private PrometheusProcess? _prometheus;
    private ConsoleProcess? _console;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ConsoleProcess Console => _console ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        _hosts.AddRange(Enumerable.Range(0, Hosts).Select(i => new AgentedServer(programs, _authority, $"real-{i}")));
        await Task.WhenAll(_hosts.Select(host => host.StartAsync("1.0.4")));
        _prometheus = new([.. _hosts.Select(host => host.Target)]);
        await _prometheus.StartAsync();
        _console = new(programs, _prometheus.Url);
        foreach (var host in _hosts)
            (_console.Section("Hosts")["Overrides"] ??= new System.Text.Json.Nodes.JsonObject()).AsObject()[host.Name] = host.Override;

        _console.Trust(_authority);
        var gitRpc = _console.Section("GitRpc");
        (gitRpc["SecretFile"], gitRpc["ProbeStorage"], gitRpc["ProbeRepository"]) = (_hosts[0].Server.SecretFile, GitRpcProcess.Storage, Programs.Repository);
        var control = _console.Section("Control");
        (control["RestartsAtOnce"], control["CoolDownMinutes"], control["HealthyShare"]) = (Hosts, 0, 0);
        await _console.StartAsync();
    }

    [Fact]
    public async Task Killed_at_twenty_points_the_console_records_the_truth_and_each_host_restarts_once()
    {
        var keys = new List<string>();
        for (var kill = 0; kill < Kills; kill++)
        {
            var session = await Console.SignInAsync("operator");
            await Wait.UntilAsync("every host is known and scraped", async () =>
                (await Session.Ask(o => session.Fleet.GetFleetAsync(new(), o))).Hosts.Count(h => h.Health == HealthState.Serving) == Hosts);
            var asked = new List<Task>();
            for (var host = Hosts - 1; host >= 0; host--)
            {
                // The first is the furthest when the console is killed; each is Kills steps behind the one before it.
                keys.Add($"kill-{kill}-{host}");
                asked.Add(TryAsync(session, _hosts[host].Name, keys[^1]));
                await Task.Delay(Step * (host > 0 ? Kills : kill), Cancel);
            }

            await Console.Run.KillAsync();
            await Task.WhenAll(asked);
            await Console.StartAsync();
            var again = await Console.SignInAsync("operator");
            await Task.WhenAll(_hosts.Select((host, i) => EndsWellAsync(again, host, $"kill-{kill}-{i}")));
        }

        Assert.Equal(Hosts * Kills, keys.Count);
        Assert.Contains("unbroken", (await Console.CommandAsync(["audit", "verify"])).Output, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_console is not null)
            await _console.DisposeAsync();
        if (_prometheus is not null)
            await _prometheus.DisposeAsync();
        foreach (var host in _hosts)
            await host.DisposeAsync();
        _authority.Dispose();
    }

    // Whoever heard no answer asks again with the same key.
    private static async Task EndsWellAsync(Session session, AgentedServer host, string key)
    {
        await Wait.UntilAsync($"{host.Name} is known again", async () =>
            (await Session.Ask(o => session.Fleet.GetFleetAsync(new(), o))).Hosts.Any(h => h.Host == host.Name));
        var id = (await RestartAsync(session, host.Name, key)).Id;
        var end = await Wait.ForAsync($"{key} ends", async () =>
            (await Session.Ask(o => session.Control.ListCommandsAsync(new() { Host = host.Name }, o))).Commands.Single(c => c.Id == id), c => c.EndedAt is not null);
        Assert.True(end.Phase == CommandPhase.Succeeded, end.ToString());
        var lines = host.Journal.Where(line => line.StartsWith($"{{\"CommandId\":\"{id}\",", StringComparison.Ordinal)).ToList();
        Assert.True(lines.Count == 2, $"{key}: one line before the restart and one after it, but: {string.Join('\n', host.Journal)}");
        var rows = (await Session.Ask(o => session.Audit.ListAuditAsync(new() { Host = host.Name }, o))).Entries.Where(e => e.CommandId == id).Select(e => e.Phase);
        Assert.Equal([AuditPhase.Outcome, AuditPhase.Intent], rows);
    }

    private static Task<CommandView> RestartAsync(Session session, string host, string key) =>
        Session.Ask(o => session.Control.RestartAsync(new() { Host = host, Reason = "a test", IdempotencyKey = key, ConfirmHost = host }, o));

    private static async Task TryAsync(Session session, string host, string key)
    {
        try
        {
            await RestartAsync(session, host, key);
        }
        catch (Grpc.Core.RpcException)
        {
            // The console was gone before it answered.
        }
    }
}
