using System.Net;
using System.Net.Sockets;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>A real agent whose server's pprof takes connections and never says a word.</summary>
public sealed class HangingEvidenceTests : IAsyncLifetime
{
    private const string Host = RealHost.Name;
    private readonly TcpListener _silent = new(IPAddress.Loopback, 0);
    private readonly RealHost _real;
    private Session? _operator;

    public HangingEvidenceTests(Programs programs)
    {
        _silent.Start();
        _real = new(programs, pprof: $"http://{_silent.LocalEndpoint}");
    }

    private Session Operator => _operator ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        await _real.StartAsync();
        _operator = await _real.Console.SignInAsync("operator");
        await Wait.UntilAsync("the host is known", async () => (await Session.Ask(o => Operator.Fleet.GetFleetAsync(new(), o))).Hosts.Count == 1);
    }

    public async ValueTask DisposeAsync()
    {
        await _real.DisposeAsync();
        _silent.Dispose();
    }

    [Fact]
    public async Task Evidence_that_hangs_is_left_and_the_host_is_restarted()
    {
        var restart = await EndAsync(await RestartAsync(skipEvidence: false));

        Assert.True(restart.Phase == CommandPhase.Succeeded, restart.ToString());
        Assert.Contains("no goroutines: took too long", restart.Evidence);
        Assert.Contains(restart.Evidence, line => line.StartsWith("kernel-stacks: ", StringComparison.Ordinal));
        Assert.Contains(_real.Journal, line => line.Contains($"{restart.Id}-goroutines", StringComparison.Ordinal) && line.Contains("hung up", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Rung.Unspecified)]
    [InlineData(Rung.Goroutines)]
    public async Task What_only_looks_gives_way_to_a_restart(Rung rung)
    {
        var looking = await (rung == Rung.Unspecified
            ? Session.Ask(o => Operator.Control.ProfileAsync(new() { Host = Host, Reason = "a test", IdempotencyKey = CommandFleet.NewKey(), Seconds = 60 }, o))
            : Session.Ask(o => Operator.Control.DumpAsync(new() { Host = Host, Reason = "a test", IdempotencyKey = CommandFleet.NewKey(), Rung = rung }, o)));
        await Wait.UntilAsync("the agent is at it", () => _real.Journal.Any(line => line.Contains(looking.Id, StringComparison.Ordinal)));

        var restart = await EndAsync(await RestartAsync(skipEvidence: true));

        Assert.True(restart.Phase == CommandPhase.Succeeded, restart.ToString());
        var gave = await EndAsync(looking);
        Assert.Equal((CommandPhase.Failed, "It gave way to the restart that operator asked for."), (gave.Phase, gave.Message));
        await Wait.UntilAsync("the agent has ended it too", () => _real.Journal.Count(line => line.Contains(looking.Id, StringComparison.Ordinal)) == 2);
        var rows = (await Session.Ask(o => Operator.Audit.ListAuditAsync(new() { Host = Host }, o))).Entries.Where(e => e.CommandId == looking.Id).Select(e => (e.Phase, e.Outcome));
        Assert.Equal([(AuditPhase.Outcome, "failed"), (AuditPhase.Intent, "")], rows);
    }

    private Task<CommandView> RestartAsync(bool skipEvidence) => Session.Ask(o => Operator.Control.RestartAsync(
        new() { Host = Host, Reason = "a test", IdempotencyKey = CommandFleet.NewKey(), ConfirmHost = Host, SkipEvidence = skipEvidence }, o));

    private Task<CommandView> EndAsync(CommandView command) => Wait.ForAsync($"{command.Action} ends", () =>
        Session.Ask(o => Operator.Control.GetCommandAsync(new() { CommandId = command.Id }, o)), c => c.EndedAt is not null);
}
