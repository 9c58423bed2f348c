using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>A console where two people have to agree to a restart.</summary>
public sealed class TwoPeopleFleet(Programs programs) : CommandFleet(programs)
{
    internal override void Configure(ConsoleProcess console)
    {
        base.Configure(console);
        console.Section("Control")["ApprovalMinutes"] = 0.2;
        console.Section("Control")["TwoPeople"] = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject { ["Actions"] = new System.Text.Json.Nodes.JsonArray("restart") });
    }
}

public sealed class ApprovalTests(TwoPeopleFleet fleet) : IClassFixture<TwoPeopleFleet>
{
    [Fact]
    public async Task A_restart_waits_for_a_second_person_and_runs_when_they_approve()
    {
        var host = await fleet.HostAsync();
        fleet.Prometheus.Run(host, CommandFleet.NewStart);
        var asked = await fleet.RestartAsync(host);
        Assert.Equal(CommandPhase.AwaitingApproval, asked.Phase);
        Assert.NotNull(asked.ApprovalUntil);
        Assert.DoesNotContain(asked.Id, fleet.Agent.Acted);

        var own = await RefusedAsync(fleet.Operator, asked.Id);
        Assert.Equal((StatusCode.PermissionDenied, "Your own request is another person's to approve: somebody else with the permission approve."), (own.StatusCode, own.Detail));
        using var viewer = await fleet.Console.SignInAsync("viewer");
        Assert.Equal(StatusCode.PermissionDenied, (await RefusedAsync(viewer, asked.Id)).StatusCode);

        using var admin = await fleet.Console.SignInAsync("admin");
        var approved = await ApproveAsync(admin, asked.Id);
        Assert.Equal("admin", approved.DecidedBy);
        var end = await fleet.EndOfAsync(asked.Id);

        Assert.Equal(CommandPhase.Succeeded, end.Phase);
        Assert.Single(fleet.Agent.Acted, asked.Id);
        Assert.Equal(
            [(AuditPhase.Intent, "operator", ""), (AuditPhase.Decision, "admin", "approved"), (AuditPhase.Outcome, "operator", "succeeded")],
            (await fleet.AuditAsync(asked.Id)).Select(row => (row.Phase, row.User, row.Outcome)));
        Assert.Contains("does not wait for approval", (await RefusedAsync(admin, asked.Id)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nobody_approves_expires_and_does_nothing()
    {
        var host = await fleet.HostAsync();
        var asked = await fleet.RestartAsync(host);

        var end = await fleet.EndOfAsync(asked.Id);

        Assert.Equal(CommandPhase.Refused, end.Phase);
        Assert.Contains("Nobody approved it", end.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(asked.Id, fleet.Agent.Acted);
        using var admin = await fleet.Console.SignInAsync("admin");
        Assert.Equal(StatusCode.FailedPrecondition, (await RefusedAsync(admin, asked.Id)).StatusCode);
        Assert.Equal("refused", (await fleet.AuditAsync(asked.Id))[^1].Outcome);
    }

    [Theory]
    [InlineData("operator", "withdrew")]
    [InlineData("admin", "rejected")]
    public async Task A_waiting_command_is_withdrawn_by_its_own_person_or_rejected_by_another(string user, string word)
    {
        var host = await fleet.HostAsync();
        var asked = await fleet.RestartAsync(host);
        using var session = await fleet.Console.SignInAsync(user);

        var end = await Session.Ask(o => session.Control.RejectAsync(new() { CommandId = asked.Id, Reason = "not now" }, o));

        Assert.Equal((CommandPhase.Refused, $"{user} {word} it: not now"), (end.Phase, end.Message));
        Assert.DoesNotContain(asked.Id, fleet.Agent.Acted);
    }

    [Fact]
    public async Task A_viewer_rejects_nothing()
    {
        var asked = await fleet.RestartAsync(await fleet.HostAsync());
        using var viewer = await fleet.Console.SignInAsync("viewer");

        var refusal = await Assert.ThrowsAsync<RpcException>(() => Session.Ask(o => viewer.Control.RejectAsync(new() { CommandId = asked.Id, Reason = "not now" }, o)));

        Assert.Equal(StatusCode.PermissionDenied, refusal.StatusCode);
        Assert.Equal(CommandPhase.AwaitingApproval, (await fleet.ViewAsync(asked.Id)).Phase);
    }

    [Fact]
    public async Task An_aborted_rolling_restart_leaves_nothing_that_waits_for_a_second_person()
    {
        var host = await fleet.HostAsync();
        var start = new StartRolloutRequest { Hosts = { host }, BatchSize = 1, ConfirmHost = host, Reason = "a test", IdempotencyKey = CommandFleet.NewKey() };
        var rollout = await Session.Ask(o => fleet.Operator.Rollouts.StartRolloutAsync(start, o));
        var waiting = (await Wait.ForAsync("its restart waits", () => Session.Ask(o => fleet.Operator.Control.ListCommandsAsync(new() { Waiting = true, Host = host }, o)), r => r.Commands.Count == 1)).Commands[0];

        await Session.Ask(o => fleet.Operator.Rollouts.AbortRolloutAsync(new() { RolloutId = rollout.Id, Reason = "not today" }, o));

        var end = await fleet.ViewAsync(waiting.Id);
        Assert.Equal(CommandPhase.Refused, end.Phase);
        Assert.Contains("operator aborted it (not today)", end.Message, StringComparison.Ordinal);
        using var admin = await fleet.Console.SignInAsync("admin");
        Assert.Equal(StatusCode.FailedPrecondition, (await RefusedAsync(admin, waiting.Id)).StatusCode);
        Assert.Equal("refused", (await fleet.AuditAsync(waiting.Id))[^1].Outcome);
    }

    [Fact]
    public async Task Breaking_glass_needs_no_second_person_but_the_permission_and_is_audited()
    {
        var host = await fleet.HostAsync();
        fleet.Prometheus.Run(host, CommandFleet.NewStart);
        var request = new RestartHostRequest { Host = host, ConfirmHost = host, Reason = "nobody else is awake", IdempotencyKey = CommandFleet.NewKey(), BreakGlass = true, SkipEvidence = true };
        var refused = await CommandFleet.RefusedAsync(() => Session.Ask(o => fleet.Operator.Control.RestartAsync(request, o)));
        Assert.Equal((StatusCode.PermissionDenied, $"operator lacks the permission break-glass on {host}. Ask an administrator."), (refused.StatusCode, refused.Detail));

        using var admin = await fleet.Console.SignInAsync("admin");
        var end = await fleet.EndOfAsync((await Session.Ask(o => admin.Control.RestartAsync(request, o))).Id);

        Assert.Equal(CommandPhase.Succeeded, end.Phase);
        Assert.Equal("with break-glass", (await fleet.AuditAsync(end.Id))[0].Detail);
    }

    private static Task<CommandView> ApproveAsync(Session session, string id) =>
        Session.Ask(o => session.Control.ApproveAsync(new() { CommandId = id, Reason = "looks right" }, o));

    private static async Task<Status> RefusedAsync(Session session, string id) => (await Assert.ThrowsAsync<RpcException>(() => ApproveAsync(session, id))).Status;
}
