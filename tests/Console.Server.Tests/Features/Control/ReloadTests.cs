using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>Reloads through the console, of both kinds.</summary>
public sealed class ReloadTests(CommandFleet fleet) : IClassFixture<CommandFleet>
{
    [Fact]
    public async Task A_new_process_that_takes_over_is_followed_like_a_restarted_one()
    {
        var host = await fleet.HostAsync();
        fleet.Agent.Restarts = _ => Task.FromResult(FakeAgent.Succeeded(CommandFleet.NewStart));
        fleet.Prometheus.Run(host, CommandFleet.NewStart);

        var end = await fleet.EndOfAsync((await ReloadAsync(host)).Id);

        Assert.Equal((CommandPhase.Succeeded, "reload"), (end.Phase, end.Action));
        Assert.NotNull(end.NewProcessSeenAt);
        Assert.NotNull(end.ScrapedAt);
        Assert.Equal(["", "succeeded"], (await fleet.AuditAsync(end.Id)).Select(row => row.Outcome));
    }

    [Fact]
    public async Task A_process_that_reloads_in_place_keeps_its_age()
    {
        var host = await fleet.HostAsync();
        fleet.Agent.Restarts = _ =>
        {
            var outcome = FakeAgent.Succeeded(CommandFleet.OldStart);
            outcome.PidAfter = outcome.PidBefore;
            return Task.FromResult(outcome);
        };

        var end = await fleet.EndOfAsync((await ReloadAsync(host)).Id);

        Assert.Equal((CommandPhase.Succeeded, "Process 100 reloaded in place; its age goes on."), (end.Phase, end.Message));
        Assert.Null(end.NewProcessSeenAt);
    }

    [Fact]
    public async Task It_takes_the_hosts_name_and_the_permission_to_restart()
    {
        var host = await fleet.HostAsync();
        using var viewer = await fleet.Console.SignInAsync("viewer");

        Assert.Contains("typed once more", (await CommandFleet.RefusedAsync(() => ReloadAsync(host, ""))).Detail, StringComparison.Ordinal);
        Assert.Equal(StatusCode.PermissionDenied, (await CommandFleet.RefusedAsync(() => Session.Ask(o => viewer.Control.ReloadAsync(RequestOf(host, host), o)))).StatusCode);
    }

    private Task<CommandView> ReloadAsync(string host, string? typed = null) => Session.Ask(o => fleet.Operator.Control.ReloadAsync(RequestOf(host, typed ?? host), o));

    private static ReloadHostRequest RequestOf(string host, string typed) => new() { Host = host, ConfirmHost = typed, Reason = "a test", IdempotencyKey = CommandFleet.NewKey() };
}
