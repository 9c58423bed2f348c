using System.Text.Json.Nodes;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Microsoft.AspNetCore.Builder;

namespace FleetConsole.Server.Tests.Features;

/// <summary>
/// Restarts of real servers by real agents, seen by a real Prometheus, while the console is killed. The rules are those of every console but for how many at once
/// and how soon again; the fleet is so large that the restarted hosts leave it healthy.
/// </summary>
public sealed class RealRestartTests(Programs programs) : IAsyncLifetime
{
    private const int Hosts = 10;

    // Of these a restart waits for a second person, and still does when the console is killed.
    private const int Waiting = 2;
    private const int Kills = 2;
    private const int Others = 50;

    // Sixteen points, from the request to beyond the end of a restart with evidence (some seven seconds).
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(550);
    private readonly TestAuthority _authority = new();
    private readonly List<AgentedServer> _hosts = [];
    private WebApplication? _others;
    private PrometheusProcess? _prometheus;
    private ConsoleProcess? _console;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ConsoleProcess Console => _console ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        _hosts.AddRange(Enumerable.Range(0, Hosts).Select(i => new AgentedServer(programs, _authority, i < Waiting ? $"pay-{i}" : $"real-{i}")));
        await Task.WhenAll(_hosts.Select(host => host.StartAsync("1.0.4")));
        _others = await FakeServer.StartAsync(_ => { }, _ => { }, app => app.MapGet("/metrics", () => "idle 1\n"));
        var others = new Uri(_others.Urls.Single()).Authority;
        _prometheus = new([.. _hosts.Select(host => host.Target), .. Enumerable.Range(0, Others).Select(i => $"other-{i}={others}")]);
        await _prometheus.StartAsync();
        _console = new(programs, _prometheus.Url);
        var hosts = _console.Section("Hosts");
        (hosts["GitRpcAddress"], hosts["AgentAddress"]) = ("", "");
        hosts["Overrides"] = new JsonObject([.. _hosts.Select(host => KeyValuePair.Create(host.Name, (JsonNode?)host.Override))]);
        _console.Trust(_authority);

        // Every host is asked at once, on a busy machine: a poll that is late is no silent Prometheus.
        _console.Section("Prometheus")["PollSeconds"] = 2;
        var gitRpc = _console.Section("GitRpc");
        (gitRpc["SecretFile"], gitRpc["ProbeStorage"], gitRpc["ProbeRepository"]) = (_hosts[0].Server.SecretFile, GitRpcProcess.Storage, Programs.Repository);
        var control = _console.Section("Control");
        (control["RestartsAtOnce"], control["CoolDownMinutes"]) = (Hosts, 0);
        control["TwoPeople"] = new JsonArray(new JsonObject { ["Hosts"] = new JsonArray("pay-*") });
        await _console.StartAsync();
    }

    [Fact]
    public async Task Killed_at_twenty_points_the_console_records_the_truth_and_each_host_restarts_once()
    {
        for (var kill = 0; kill < Kills; kill++)
        {
            var session = await Console.SignInAsync("operator");
            await Wait.UntilAsync("every host is known and scraped", async () =>
                (await Session.Ask(o => session.Fleet.GetFleetAsync(new(), o))).Hosts.Count(h => h.Health == HealthState.Serving) == Hosts);
            var asked = Enumerable.Range(0, Waiting).Select(host => TryAsync(session, _hosts[host].Name, $"kill-{kill}-{host}")).ToList();
            for (var host = Hosts - 1; host >= Waiting; host--)
            {
                // The first is the furthest when the console is killed; each is Kills steps behind the one before it.
                asked.Add(TryAsync(session, _hosts[host].Name, $"kill-{kill}-{host}"));
                await Task.Delay(Step * (host > Waiting ? Kills : kill), Cancel);
            }

            await Console.Run.KillAsync();
            await Task.WhenAll(asked);
            Assert.Equal(Hosts, asked.Count);
            await Console.StartAsync();
            var (again, second) = (await Console.SignInAsync("operator"), await Console.SignInAsync("admin"));
            await Task.WhenAll(_hosts.Select((host, i) => EndsWellAsync(again, i < Waiting ? second : null, host, $"kill-{kill}-{i}")));
        }

        Assert.Contains("unbroken", (await Console.CommandAsync(["audit", "verify"])).Output, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_console is not null)
            await _console.DisposeAsync();
        if (_prometheus is not null)
            await _prometheus.DisposeAsync();
        if (_others is not null)
            await _others.DisposeAsync();
        await Task.WhenAll(_hosts.Select(host => host.DisposeAsync().AsTask()));
        _authority.Dispose();
    }

    // Whoever heard no answer asks again with the same key.
    private static async Task EndsWellAsync(Session session, Session? second, AgentedServer host, string key)
    {
        await Wait.UntilAsync($"{host.Name} is known again", async () =>
            (await Session.Ask(o => session.Fleet.GetFleetAsync(new(), o))).Hosts.Any(h => h.Host == host.Name));
        var command = await RestartAsync(session, host.Name, key);
        if (second is not null)
        {
            Assert.True(command.Phase == CommandPhase.AwaitingApproval, command.ToString());
            await Session.Ask(o => second.Control.ApproveAsync(new() { CommandId = command.Id, Reason = "the console is back" }, o));
        }

        var end = await Wait.ForAsync($"{key} ends", async () =>
            (await Session.Ask(o => session.Control.ListCommandsAsync(new() { Host = host.Name }, o))).Commands.Single(c => c.Id == command.Id), c => c.EndedAt is not null);
        Assert.True(end.Phase == CommandPhase.Succeeded, end.ToString());
        var lines = host.Journal.Where(line => line.StartsWith($"{{\"CommandId\":\"{end.Id}\",", StringComparison.Ordinal)).ToList();
        Assert.True(lines.Count == 2, $"{key}: one line before the restart and one after it, but: {string.Join('\n', host.Journal)}");
        var rows = (await Session.Ask(o => session.Audit.ListAuditAsync(new() { Host = host.Name }, o))).Entries.Where(e => e.CommandId == end.Id).Select(e => e.Phase);
        Assert.Equal(second is null ? [AuditPhase.Outcome, AuditPhase.Intent] : [AuditPhase.Outcome, AuditPhase.Decision, AuditPhase.Intent], rows);
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
