using System.Text.Json.Nodes;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>A console where two people have to agree to a restart, and where hosts cool down.</summary>
public sealed class CoolingTwoPeopleFleet(Programs programs) : CommandFleet(programs)
{
    internal override void Configure(ConsoleProcess console)
    {
        var control = console.Section("Control");
        (control["RestartsAtOnce"], control["HealthyShare"]) = (1000, 0);
        control["TwoPeople"] = new JsonArray(new JsonObject { ["Actions"] = new JsonArray("restart") });
    }
}

/// <summary>What has changed between the request and the approval.</summary>
public sealed class SecondLookTests(CoolingTwoPeopleFleet fleet) : IClassFixture<CoolingTwoPeopleFleet>
{
    [Fact]
    public async Task A_rule_that_refuses_by_then_refuses_the_approval()
    {
        var host = await fleet.HostAsync();
        fleet.Prometheus.Run(host, CommandFleet.NewStart);
        fleet.Agent.Restarts = _ => Task.FromResult(FakeAgent.Succeeded(CommandFleet.NewStart));
        using var admin = await fleet.Console.SignInAsync("admin");
        var asked = await fleet.RestartAsync(host);
        var urgent = await Session.Ask(o => admin.Control.RestartAsync(
            new() { Host = host, ConfirmHost = host, Reason = "it cannot wait", IdempotencyKey = CommandFleet.NewKey(), BreakGlass = true, SkipEvidence = true }, o));
        Assert.Equal(CommandPhase.Succeeded, (await fleet.EndOfAsync(urgent.Id)).Phase);

        var refused = await RefusedAsync(admin, asked.Id);

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains("Refused by the rule cool-down", refused.Detail, StringComparison.Ordinal);
        Assert.Equal(CommandPhase.AwaitingApproval, (await fleet.ViewAsync(asked.Id)).Phase);
    }

    [Fact]
    public async Task What_a_disabled_person_had_asked_for_is_not_approved()
    {
        var host = await fleet.HostAsync();
        Assert.Equal(0, (await fleet.Console.CommandAsync(["users", "add", "bob", "--role", "operator"], Programs.Password + "\n")).ExitCode);
        using var bob = fleet.Console.Nobody();
        await bob.SignInAsync("bob", Programs.Password);
        var asked = await Session.Ask(o => bob.Control.RestartAsync(new() { Host = host, ConfirmHost = host, Reason = "a test", IdempotencyKey = CommandFleet.NewKey() }, o));
        Assert.Equal(0, (await fleet.Console.CommandAsync(["users", "disable", "bob"])).ExitCode);
        using var admin = await fleet.Console.SignInAsync("admin");

        var refused = await RefusedAsync(admin, asked.Id);

        Assert.Equal((StatusCode.FailedPrecondition, "The account bob, which asked for it, is gone or disabled. Reject it, or ask for it yourself."), (refused.StatusCode, refused.Detail));
        Assert.DoesNotContain(asked.Id, fleet.Agent.Acted);
    }

    [Fact]
    public async Task What_a_revoked_token_had_asked_for_is_not_approved()
    {
        var host = await fleet.HostAsync();
        var (_, made) = await fleet.Console.CommandAsync(["tokens", "add", "nightly", "--user", "operator", "--days", "1", "--permissions", "view,restart"]);
        using var script = fleet.Console.Nobody();
        script.Bear(made.Split('\n').Single(line => line.StartsWith("fct_", StringComparison.Ordinal)));
        var asked = await Session.Ask(o => script.Control.RestartAsync(new() { Host = host, ConfirmHost = host, Reason = "a test", IdempotencyKey = CommandFleet.NewKey() }, o));
        var (_, listed) = await fleet.Console.CommandAsync(["tokens", "list"]);
        var id = listed.Split('\n').Single(line => line.Contains("\tnightly\t", StringComparison.Ordinal)).Split('\t')[0];
        Assert.Equal(0, (await fleet.Console.CommandAsync(["tokens", "revoke", id])).ExitCode);
        using var admin = await fleet.Console.SignInAsync("admin");

        var refused = await RefusedAsync(admin, asked.Id);

        Assert.Equal("The token of operator, by which it was asked for, has expired or was revoked. Reject it, or ask for it yourself.", refused.Detail);
        Assert.DoesNotContain(asked.Id, fleet.Agent.Acted);
    }

    [Fact]
    public async Task What_waits_is_found_behind_any_number_of_later_commands()
    {
        var asked = await fleet.RestartAsync(await fleet.HostAsync());
        var later = Enumerable.Range(0, 51).Select(i => $"later-{i}").ToList();
        later.ForEach(host => fleet.Prometheus.Run(host, CommandFleet.OldStart));
        await Wait.UntilAsync("they are known", async () => (await Session.Ask(o => fleet.Operator.Fleet.GetFleetAsync(new(), o))).Hosts.Count(h => later.Contains(h.Host)) == later.Count);
        await Task.WhenAll(later.Select(host => fleet.ProfileAsync(host)));

        var latest = await Session.Ask(o => fleet.Operator.Control.ListCommandsAsync(new(), o));
        var waiting = await Session.Ask(o => fleet.Operator.Control.ListCommandsAsync(new() { Waiting = true }, o));

        Assert.DoesNotContain(latest.Commands, command => command.Id == asked.Id);
        Assert.Contains(waiting.Commands, command => command.Id == asked.Id);
        Assert.All(waiting.Commands, command => Assert.Equal(CommandPhase.AwaitingApproval, command.Phase));
    }

    private static async Task<Status> RefusedAsync(Session session, string id) =>
        (await Assert.ThrowsAsync<RpcException>(() => Session.Ask(o => session.Control.ApproveAsync(new() { CommandId = id, Reason = "looks right" }, o)))).Status;
}
