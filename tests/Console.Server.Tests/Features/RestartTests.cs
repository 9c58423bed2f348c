using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features;

/// <summary>One restart, from the click to its outcome.</summary>
public sealed class RestartTests(CommandFleet fleet) : IClassFixture<CommandFleet>, IDisposable
{
    public void Dispose()
    {
        fleet.Agent.Restarts = _ => Task.FromResult(FakeAgent.Succeeded(CommandFleet.NewStart));
        fleet.GitRpc.Serving = true;
        fleet.Agent.MakesNothingVoid = false;
    }

    [Fact]
    public async Task A_restart_has_succeeded_when_the_new_process_runs_serves_and_is_scraped()
    {
        var host = await fleet.HostAsync();
        var agentDone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fleet.GitRpc.Serving = false;
        fleet.Agent.Restarts = async _ =>
        {
            await agentDone.Task;
            return FakeAgent.Succeeded(CommandFleet.NewStart);
        };
        var id = (await fleet.RestartAsync(host)).Id;
        await Wait.UntilAsync("the agent was asked", () => fleet.Agent.Acted.Contains(id));
        Assert.Null((await fleet.ViewAsync(id)).NewProcessSeenAt);

        // Each step alone is not enough.
        agentDone.SetResult();
        await Wait.UntilAsync("the new process was seen", async () => (await fleet.ViewAsync(id)).NewProcessSeenAt is not null);
        fleet.GitRpc.Serving = true;
        var serving = await Wait.ForAsync("it serves", () => fleet.ViewAsync(id), v => v.ServingAt is not null);
        Assert.Equal(CommandPhase.Running, serving.Phase);
        Assert.Null(serving.ScrapedAt);
        fleet.Prometheus.Run(host, CommandFleet.NewStart);
        var end = await fleet.EndOfAsync(id);

        Assert.Equal(CommandPhase.Succeeded, end.Phase);
        Assert.Equal(
            [end.RequestedAt, end.NewProcessSeenAt, end.ServingAt, end.ScrapedAt, end.EndedAt],
            new[] { end.RequestedAt, end.NewProcessSeenAt, end.ServingAt, end.ScrapedAt, end.EndedAt }.Order());
        Assert.Contains("Process 200 runs since 2023-11-15", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Intent_and_outcome_stand_in_the_audit_trail()
    {
        var host = await fleet.HostAsync();
        fleet.Prometheus.Run(host, CommandFleet.NewStart);
        var id = (await fleet.RestartAsync(host, reason: "  deploy 42  ")).Id;
        await fleet.EndOfAsync(id);

        var rows = await fleet.AuditAsync(id);
        Assert.Equal([AuditPhase.Intent, AuditPhase.Outcome], rows.Select(r => r.Phase));
        Assert.All(rows, r => Assert.Equal(
            ("operator", "restart", host, "deploy 42", "127.0.0.1"), (r.User, r.Action, r.Host, r.Reason, r.RemoteAddress)));
        Assert.Equal(["", "succeeded"], rows.Select(r => r.Outcome));
        var call = Assert.Single(fleet.Agent.RestartCalls, c => c.CommandId == id);
        Assert.Equal(("gitaly", "operator", "deploy 42"), (call.Unit, call.RequestedBy, call.Reason));
    }

    [Fact]
    public async Task The_same_key_is_the_same_command_and_one_call_at_the_agent()
    {
        var host = await fleet.HostAsync();
        fleet.Prometheus.Run(host, CommandFleet.NewStart);
        var key = CommandFleet.NewKey();

        var views = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => fleet.RestartAsync(host, key)));
        var id = Assert.Single(views.Select(v => v.Id).Distinct());
        await fleet.EndOfAsync(id);
        Assert.Equal(id, (await fleet.RestartAsync(host, key)).Id);

        Assert.Single(fleet.Agent.RestartCalls, c => c.CommandId == id);
        Assert.Single(await fleet.AuditAsync(id), r => r.Phase == AuditPhase.Intent);
    }

    [Fact]
    public async Task The_same_key_with_other_arguments_is_refused()
    {
        var (host, other) = (await fleet.HostAsync(), await fleet.HostAsync());
        fleet.Prometheus.Run(host, CommandFleet.NewStart);
        var key = CommandFleet.NewKey();
        await fleet.EndOfAsync((await fleet.RestartAsync(host, key)).Id);

        foreach (var call in new Func<Task<CommandView>>[]
        {
            () => fleet.RestartAsync(other, key), () => fleet.RestartAsync(host, key, "another reason"), () => fleet.ProfileAsync(host, key: key),
        })
        {
            var status = await CommandFleet.RefusedAsync(call);
            Assert.Equal(StatusCode.AlreadyExists, status.StatusCode);
            Assert.Contains($"restart of {host}", status.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_second_command_while_one_runs_is_refused_by_the_holders_name()
    {
        var host = await fleet.HostAsync();
        var agentDone = new TaskCompletionSource<CommandOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        fleet.Agent.Restarts = _ => agentDone.Task;
        var id = (await fleet.RestartAsync(host)).Id;

        var status = await CommandFleet.RefusedAsync(() => fleet.ProfileAsync(host));
        Assert.Equal(StatusCode.FailedPrecondition, status.StatusCode);
        Assert.Contains($"{host} is held by the restart that operator asked for", status.Detail, StringComparison.Ordinal);

        fleet.Prometheus.Run(host, CommandFleet.NewStart);
        agentDone.SetResult(FakeAgent.Succeeded(CommandFleet.NewStart));
        Assert.Equal(CommandPhase.Succeeded, (await fleet.EndOfAsync(id)).Phase);
        await fleet.EndOfAsync((await fleet.RestartAsync(host)).Id);
    }

    [Fact]
    public async Task What_the_agent_refuses_has_failed_with_its_message()
    {
        var host = await fleet.HostAsync();
        fleet.Agent.Restarts = _ => throw new RpcException(new Status(StatusCode.PermissionDenied, "unit gitaly allows no restart"));

        var end = await fleet.EndOfAsync((await fleet.RestartAsync(host)).Id);

        Assert.Equal(CommandPhase.Failed, end.Phase);
        Assert.Contains("unit gitaly allows no restart", end.Message, StringComparison.Ordinal);
        Assert.Equal("failed", (await fleet.AuditAsync(end.Id))[^1].Outcome);
    }

    [Theory]
    [InlineData(CommandState.Failed, CommandPhase.Failed)]
    [InlineData(CommandState.Interrupted, CommandPhase.Unknown)]
    public async Task What_the_agent_reports_is_what_is_recorded(CommandState state, CommandPhase phase)
    {
        var host = await fleet.HostAsync();
        fleet.Agent.Restarts = _ => Task.FromResult(new CommandOutcome { State = state, Message = "The unit did not come up." });

        var end = await fleet.EndOfAsync((await fleet.RestartAsync(host)).Id);

        Assert.Equal((phase, "The unit did not come up."), (end.Phase, end.Message));
    }

    [Fact]
    public async Task A_success_without_a_new_process_is_no_success()
    {
        var host = await fleet.HostAsync();
        fleet.Agent.Restarts = _ => Task.FromResult(new CommandOutcome { State = CommandState.Succeeded, Message = "done" });

        var end = await fleet.EndOfAsync((await fleet.RestartAsync(host)).Id);

        Assert.Equal(CommandPhase.Unknown, end.Phase);
    }

    [Fact]
    public async Task A_success_that_names_the_process_of_before_is_no_success()
    {
        var host = await fleet.HostAsync();
        var same = FakeAgent.Succeeded(CommandFleet.OldStart);
        same.ProcessStartedAtBefore = same.ProcessStartedAtAfter;
        fleet.Agent.Restarts = _ => Task.FromResult(same);

        var end = await fleet.EndOfAsync((await fleet.RestartAsync(host)).Id);

        Assert.Equal(CommandPhase.Unknown, end.Phase);
        Assert.Contains("still runs", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_lost_connection_the_agent_is_asked_by_the_commands_id()
    {
        var host = await fleet.HostAsync();
        fleet.Prometheus.Run(host, CommandFleet.NewStart);
        fleet.Agent.DropNextRestart = true;

        var end = await fleet.EndOfAsync((await fleet.RestartAsync(host)).Id);

        Assert.Equal(CommandPhase.Succeeded, end.Phase);
        Assert.Contains(end.Id, fleet.Agent.CommandsAsked);
        Assert.Single(fleet.Agent.Acted, end.Id);
    }

    [Fact]
    public async Task A_command_that_never_reached_the_agent_has_failed_and_says_that_nothing_was_done()
    {
        var host = await fleet.HostAsync();
        fleet.Agent.LoseNextRestart = true;

        var end = await fleet.EndOfAsync((await fleet.RestartAsync(host)).Id);

        Assert.Equal(CommandPhase.Failed, end.Phase);
        Assert.Contains("nothing was done", end.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(end.Id, fleet.Agent.Acted);
    }

    [Fact]
    public async Task What_an_agent_of_before_says_that_it_never_saw_may_still_arrive_and_is_unknown()
    {
        var host = await fleet.HostAsync();
        (fleet.Agent.LoseNextRestart, fleet.Agent.MakesNothingVoid) = (true, true);

        var end = await fleet.EndOfAsync((await fleet.RestartAsync(host)).Id);

        Assert.Equal(CommandPhase.Unknown, end.Phase);
        Assert.DoesNotContain("nothing was done", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_that_arrives_after_nothing_was_said_to_be_done_does_nothing()
    {
        var host = await fleet.HostAsync();
        var arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fleet.Agent.DelayNextRestart = arrival.Task;

        var end = await fleet.EndOfAsync((await fleet.RestartAsync(host)).Id);
        arrival.SetResult();
        await Wait.UntilAsync("the order has arrived", () => fleet.Agent.Refused.Contains(end.Id) || fleet.Agent.Acted.Contains(end.Id));

        Assert.Equal(CommandPhase.Failed, end.Phase);
        Assert.EndsWith("It never got the command, so nothing was done.", end.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(end.Id, fleet.Agent.Acted);
    }
}
