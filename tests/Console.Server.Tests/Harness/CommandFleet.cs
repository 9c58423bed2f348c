using FleetConsole.Contracts.V1;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Harness;

/// <summary>
/// A console that can command: two mapped hosts with one fake agent and one fake Git RPC server, on a fake Prometheus,
/// and a third host without an agent.
/// </summary>
public class CommandFleet(Programs programs) : IAsyncLifetime
{
    internal const string Unmapped = "git-unmapped";
    private static int _keys;
    private readonly TestAuthority _authority = new();
    private FakePrometheus? _prometheus;
    private FakeAgent? _agent;
    private FakeGitRpc? _gitRpc;
    private ConsoleProcess? _console;
    private Session? _operator;

    internal static double OldStart => 1_700_000_000;

    internal static double NewStart => 1_700_009_000;

    internal TestAuthority Authority => _authority;

    internal FakePrometheus Prometheus => _prometheus ?? throw new InvalidOperationException("Not started.");

    internal FakeAgent Agent => _agent ?? throw new InvalidOperationException("Not started.");

    internal FakeGitRpc GitRpc => _gitRpc ?? throw new InvalidOperationException("Not started.");

    internal ConsoleProcess Console => _console ?? throw new InvalidOperationException("Not started.");

    internal Session Operator => _operator ?? throw new InvalidOperationException("Not started.");

    internal static string NewKey() => $"test-key-{Interlocked.Increment(ref _keys)}";

    public async ValueTask InitializeAsync()
    {
        _prometheus = await FakePrometheus.StartAsync();
        _agent = await FakeAgent.StartAsync(_authority);
        _gitRpc = await FakeGitRpc.StartAsync();
        _console = new(programs, _prometheus.Url);
        _console.Section("Hosts")["GitRpcAddress"] = _gitRpc.Url;
        _console.Section("Hosts")["AgentAddress"] = _agent.Url;
        _console.Section("Hosts")["Overrides"] = new System.Text.Json.Nodes.JsonObject
        {
            [Unmapped] = new System.Text.Json.Nodes.JsonObject { ["AgentAddress"] = "" },
        };
        Configure(_console);
        _console.Trust(_authority);
        _prometheus.Run(Unmapped, OldStart);
        await StartAsync();
    }

    /// <summary>
    /// The rules have tests of their own; here many hosts are restarted side by side, and none but the asked one lives.
    /// </summary>
    internal virtual void Configure(ConsoleProcess console)
    {
        var control = console.Section("Control");
        control["RestartsAtOnce"] = 1000;
        control["CoolDownMinutes"] = 0;
        control["HealthyShare"] = 0;
    }

    /// <summary>A host that nobody else uses, known to the console.</summary>
    internal async Task<string> HostAsync()
    {
        var host = $"git-{Interlocked.Increment(ref _keys)}";
        Prometheus.Run(host, OldStart);
        await Wait.UntilAsync($"{host} is known", async () =>
            (await Session.Ask(o => Operator.Fleet.GetFleetAsync(new(), o))).Hosts.Any(h => h.Host == host));
        return host;
    }

    /// <summary>Starts the console, or starts it again after a kill.</summary>
    internal async Task StartAsync()
    {
        await Console.StartAsync();
        _operator = await Console.SignInAsync("operator");
    }

    internal Task<CommandView> RestartAsync(string host, string? key = null, string reason = "a test") =>
        Session.Ask(o => Operator.Control.RestartAsync(new() { Host = host, Reason = reason, IdempotencyKey = key ?? NewKey(), ConfirmHost = host, SkipEvidence = true }, o));

    internal Task<CommandView> ProfileAsync(string host, int seconds = 2, string? key = null) =>
        Session.Ask(o => Operator.Control.ProfileAsync(
            new() { Host = host, Reason = "a test", IdempotencyKey = key ?? NewKey(), Seconds = seconds }, o));

    internal Task<CommandView> EndOfAsync(string id) => Wait.ForAsync($"command {id} ends", () => ViewAsync(id), v => v.EndedAt is not null);

    internal async Task<CommandView> ViewAsync(string id) =>
        (await Session.Ask(o => Operator.Control.ListCommandsAsync(new(), o))).Commands.Single(c => c.Id == id);

    internal async Task<IReadOnlyList<AuditEntry>> AuditAsync(string id) =>
        [.. (await Session.Ask(o => Operator.Audit.ListAuditAsync(new(), o))).Entries.Where(e => e.CommandId == id).Reverse()];

    internal static async Task<Status> RefusedAsync(Func<Task<CommandView>> call) =>
        (await Assert.ThrowsAsync<RpcException>(call)).Status;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_console is not null)
            await _console.DisposeAsync();
        if (_agent is not null)
            await _agent.DisposeAsync();
        if (_gitRpc is not null)
            await _gitRpc.DisposeAsync();
        if (_prometheus is not null)
            await _prometheus.DisposeAsync();
        _authority.Dispose();
    }
}
