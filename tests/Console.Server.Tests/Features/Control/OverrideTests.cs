using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>A real host that locks up, beside one that nothing is scraped from: too few of the others are healthy.</summary>
public sealed class OverrideTests(Programs programs) : IAsyncLifetime
{
    private const string Host = RealHost.Name;
    private readonly RealHost _real = new(programs, RealHost.ToALockUp);

    public async ValueTask InitializeAsync() => await _real.StartAsync("git-2=127.0.0.1:9");

    public ValueTask DisposeAsync() => _real.DisposeAsync();

    [Fact]
    public async Task A_locked_up_host_is_restarted_in_an_ill_fleet_by_who_may_override_and_it_is_audited()
    {
        var session = await _real.Console.SignInAsync("operator");
        using var admin = await _real.Console.SignInAsync("admin");
        await using var load = _real.Server.Load();
        await Wait.UntilAsync("the host is locked up", async () =>
            (await Session.Ask(o => session.Fleet.GetFleetAsync(new(), o))).Hosts.Any(h => h.Host == Host && h.Lockup?.State == LockupState.LockedUp));

        var ill = await CommandFleet.RefusedAsync(() => RestartAsync(admin, lift: false));
        Assert.Contains("0 of 1 other hosts are healthy", ill.Detail, StringComparison.Ordinal);
        Assert.Contains($"{Host} is itself locked up: somebody with the permission restart.override can lift this.", ill.Detail, StringComparison.Ordinal);
        var denied = await CommandFleet.RefusedAsync(() => RestartAsync(session, lift: true));
        Assert.Equal((StatusCode.PermissionDenied, $"operator lacks the permission restart.override on {Host}. Ask an administrator."), (denied.StatusCode, denied.Detail));

        _real.Server.Stamp("1.0.5");
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
