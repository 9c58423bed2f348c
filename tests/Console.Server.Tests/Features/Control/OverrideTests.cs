using System.Text.Json.Nodes;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>A real host that locks up, beside one that nothing is scraped from: too few of the others are healthy.</summary>
public sealed class OverrideTests(Programs programs) : IAsyncLifetime
{
    // As where a lock-up itself is looked at: at 2 GiB a fork takes 60 ms, which is more than there is.
    private const long Grow = 150_000_000;
    private const string Host = "git-1";
    private readonly TestAuthority _authority = new();
    private AgentedServer? _host;
    private PrometheusProcess? _prometheus;
    private ConsoleProcess? _console;

    private ConsoleProcess Console => _console ?? throw new InvalidOperationException("Not started.");

    private AgentedServer Real => _host ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        _host = new(programs, _authority, Host);
        await _host.StartAsync("1.0.4", Grow);
        _prometheus = new(_host.Target, "git-2=127.0.0.1:9");
        await _prometheus.StartAsync();
        _console = new(programs, _prometheus.Url);
        _console.Section("Hosts")["Overrides"] = new JsonObject { [Host] = _host.Override };
        _console.Trust(_authority);
        var gitRpc = _console.Section("GitRpc");
        (gitRpc["SecretFile"], gitRpc["ProbeStorage"], gitRpc["ProbeRepository"]) = (_host.Server.SecretFile, GitRpcProcess.Storage, Programs.Repository);
        (gitRpc["DeadlineSeconds"], gitRpc["ProbeSeconds"]) = (2, 3600);
        await _console.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_console is not null)
            await _console.DisposeAsync();
        if (_prometheus is not null)
            await _prometheus.DisposeAsync();
        if (_host is not null)
            await _host.DisposeAsync();
        _authority.Dispose();
    }

    [Fact]
    public async Task A_locked_up_host_is_restarted_in_an_ill_fleet_by_who_may_override_and_it_is_audited()
    {
        var session = await Console.SignInAsync("operator");
        using var admin = await Console.SignInAsync("admin");
        await using var load = Real.Server.Load();
        await Wait.UntilAsync("the host is locked up", async () =>
            (await Session.Ask(o => session.Fleet.GetFleetAsync(new(), o))).Hosts.Any(h => h.Host == Host && h.Lockup?.State == LockupState.LockedUp));

        var ill = await CommandFleet.RefusedAsync(() => RestartAsync(admin, lift: false));
        Assert.Contains("0 of 1 other hosts are healthy", ill.Detail, StringComparison.Ordinal);
        Assert.Contains($"{Host} is itself locked up: somebody with the permission restart.override can lift this.", ill.Detail, StringComparison.Ordinal);
        var denied = await CommandFleet.RefusedAsync(() => RestartAsync(session, lift: true));
        Assert.Equal((StatusCode.PermissionDenied, $"operator lacks the permission restart.override on {Host}. Ask an administrator."), (denied.StatusCode, denied.Detail));

        Real.Server.Stamp("1.0.5");
        var id = (await RestartAsync(admin, lift: true)).Id;
        var end = await Wait.ForAsync("the restart ends", () => Session.Ask(o => admin.Control.GetCommandAsync(new() { CommandId = id }, o)), c => c.EndedAt is not null);

        Assert.True(end.Phase == CommandPhase.Succeeded, end.ToString());
        Assert.Equal(["override"], end.Lifted);
        var rows = (await Session.Ask(o => admin.Audit.ListAuditAsync(new() { Host = Host }, o))).Entries.Where(e => e.CommandId == id).Reverse().ToList();
        Assert.Equal([("admin", AuditPhase.Intent, "with override"), ("admin", AuditPhase.Outcome, end.Message)], rows.Select(row => (row.User, row.Phase, row.Detail)));
    }

    private static Task<CommandView> RestartAsync(Session session, bool lift) => Session.Ask(o => session.Control.RestartAsync(
        new() { Host = Host, ConfirmHost = Host, Reason = "it is locked up", IdempotencyKey = CommandFleet.NewKey(), Override = lift, SkipEvidence = true }, o));
}
