using System.Net;
using System.Net.Sockets;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>A real agent whose server's pprof takes connections and never says a word.</summary>
public sealed class HangingEvidenceTests(Programs programs) : IAsyncLifetime
{
    private const string Host = "git-1";
    private readonly TestAuthority _authority = new();
    private readonly TcpListener _silent = new(IPAddress.Loopback, 0);
    private AgentedServer? _host;
    private PrometheusProcess? _prometheus;
    private ConsoleProcess? _console;
    private Session? _operator;

    private Session Operator => _operator ?? throw new InvalidOperationException("Not started.");

    private AgentedServer Real => _host ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        _silent.Start();
        _host = new(programs, _authority, Host) { Pprof = $"http://{_silent.LocalEndpoint}" };
        await _host.StartAsync("1.0.4");
        _prometheus = new(_host.Target);
        await _prometheus.StartAsync();
        _console = new(programs, _prometheus.Url);
        _console.Section("Hosts")["Overrides"] = new System.Text.Json.Nodes.JsonObject { [Host] = _host.Override };
        _console.Trust(_authority);
        var gitRpc = _console.Section("GitRpc");
        (gitRpc["SecretFile"], gitRpc["ProbeStorage"], gitRpc["ProbeRepository"]) = (_host.Server.SecretFile, GitRpcProcess.Storage, Programs.Repository);
        await _console.StartAsync();
        _operator = await _console.SignInAsync("operator");
        await Wait.UntilAsync("the host is known", async () => (await Session.Ask(o => Operator.Fleet.GetFleetAsync(new(), o))).Hosts.Count == 1);
    }

    public async ValueTask DisposeAsync()
    {
        if (_console is not null)
            await _console.DisposeAsync();
        if (_prometheus is not null)
            await _prometheus.DisposeAsync();
        if (_host is not null)
            await _host.DisposeAsync();
        _silent.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task Evidence_that_hangs_is_left_and_the_host_is_restarted()
    {
        var restart = await EndAsync(await RestartAsync(skipEvidence: false));

        Assert.True(restart.Phase == CommandPhase.Succeeded, restart.ToString());
        Assert.Contains("no goroutines: took too long", restart.Evidence);
        Assert.Contains(restart.Evidence, line => line.StartsWith("kernel-stacks: ", StringComparison.Ordinal));
        Assert.Contains(Real.Journal, line => line.Contains($"{restart.Id}-goroutines", StringComparison.Ordinal) && line.Contains("hung up", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Rung.Unspecified)]
    [InlineData(Rung.Goroutines)]
    public async Task What_only_looks_gives_way_to_a_restart(Rung rung)
    {
        var looking = await (rung == Rung.Unspecified
            ? Session.Ask(o => Operator.Control.ProfileAsync(new() { Host = Host, Reason = "a test", IdempotencyKey = CommandFleet.NewKey(), Seconds = 60 }, o))
            : Session.Ask(o => Operator.Control.DumpAsync(new() { Host = Host, Reason = "a test", IdempotencyKey = CommandFleet.NewKey(), Rung = rung }, o)));
        await Wait.UntilAsync("the agent is at it", () => Real.Journal.Any(line => line.Contains(looking.Id, StringComparison.Ordinal)));

        var restart = await EndAsync(await RestartAsync(skipEvidence: true));

        Assert.True(restart.Phase == CommandPhase.Succeeded, restart.ToString());
        var gave = await EndAsync(looking);
        Assert.Equal((CommandPhase.Failed, "It gave way to the restart that operator asked for."), (gave.Phase, gave.Message));
        await Wait.UntilAsync("the agent has ended it too", () => Real.Journal.Count(line => line.Contains(looking.Id, StringComparison.Ordinal)) == 2);
        var rows = (await Session.Ask(o => Operator.Audit.ListAuditAsync(new() { Host = Host }, o))).Entries.Where(e => e.CommandId == looking.Id).Select(e => (e.Phase, e.Outcome));
        Assert.Equal([(AuditPhase.Outcome, "failed"), (AuditPhase.Intent, "")], rows);
    }

    private Task<CommandView> RestartAsync(bool skipEvidence) => Session.Ask(o => Operator.Control.RestartAsync(
        new() { Host = Host, Reason = "a test", IdempotencyKey = CommandFleet.NewKey(), ConfirmHost = Host, SkipEvidence = skipEvidence }, o));

    private Task<CommandView> EndAsync(CommandView command) => Wait.ForAsync($"{command.Action} ends", () =>
        Session.Ask(o => Operator.Control.GetCommandAsync(new() { CommandId = command.Id }, o)), c => c.EndedAt is not null);
}
