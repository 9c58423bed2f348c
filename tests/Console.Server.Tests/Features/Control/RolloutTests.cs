using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>Rolling restarts: order, batches, stops, decisions, and a console that dies in the middle.</summary>
public sealed class RolloutTests(CommandFleet fleet) : IClassFixture<CommandFleet>, IAsyncLifetime
{
    public ValueTask InitializeAsync()
    {
        fleet.Agent.Restarts = _ => Task.FromResult(FakeAgent.Succeeded(CommandFleet.NewStart));
        return ValueTask.CompletedTask;
    }

    // One at a time is all there can be: what a test leaves is ended.
    public async ValueTask DisposeAsync()
    {
        fleet.GitRpc.Serving = true;
        foreach (var rollout in (await ListAsync()).Where(r => r.EndedAt is null))
            await DecideAsync(rollout.Id, resume: false);
    }

    [Fact]
    public async Task Hosts_are_restarted_batch_by_batch_and_it_succeeds()
    {
        var hosts = await HostsAsync(3);
        var acted = fleet.Agent.Acted.Count;

        var end = await UntilAsync((await StartAsync(hosts, batchSize: 2)).Id, RolloutPhase.Succeeded);

        Assert.Equal([0, 0, 1], end.Hosts.Select(host => host.Batch));
        Assert.All(end.Hosts, host => Assert.Equal(RolloutHostPhase.Restarted, host.Phase));
        Assert.Equal(2, end.Findings.Count);
        Assert.Equal(acted + 3, fleet.Agent.Acted.Count);
        Assert.Equal(["", "succeeded"], (await fleet.AuditAsync(end.Id)).Select(row => row.Outcome));
    }

    [Fact]
    public async Task A_failed_host_stops_it_and_resume_tries_that_host_again_and_no_other()
    {
        var hosts = await HostsAsync(3);
        var fails = true;
        var restarts = fleet.Agent.Restarts;
        fleet.Agent.Restarts = CountFailing(restarts, () => fails);
        var rollout = await StartAsync(hosts, batchSize: 1);

        var stopped = await UntilAsync(rollout.Id, RolloutPhase.Stopped);
        Assert.Equal($"The restart of {hosts[1]} failed: The unit did not come up.", stopped.Message);
        Assert.Equal([RolloutHostPhase.Restarted, RolloutHostPhase.Failed, RolloutHostPhase.Waiting], stopped.Hosts.Select(host => host.Phase));

        fails = false;
        await DecideAsync(rollout.Id, resume: true);
        var end = await UntilAsync(rollout.Id, RolloutPhase.Succeeded);
        Assert.Equal(stopped.Hosts[0].CommandId, end.Hosts[0].CommandId);
        Assert.NotEqual(stopped.Hosts[1].CommandId, end.Hosts[1].CommandId);
    }

    [Fact]
    public async Task It_asks_between_batches_and_an_abort_restarts_no_further_host()
    {
        var hosts = await HostsAsync(3);
        var rollout = await StartAsync(hosts, batchSize: 1, ask: true);
        Assert.Contains($"Resume restarts batch 2 of 3: {hosts[1]}", (await UntilAsync(rollout.Id, RolloutPhase.Asking)).Message, StringComparison.Ordinal);
        await DecideAsync(rollout.Id, resume: true);
        await Wait.UntilAsync("the second batch is done", async () => await ViewAsync(rollout.Id) is { Phase: RolloutPhase.Asking, Batch: 2 });

        var end = await DecideAsync(rollout.Id, resume: false);

        Assert.Equal(RolloutPhase.Aborted, end.Phase);
        Assert.Equal([RolloutHostPhase.Restarted, RolloutHostPhase.Restarted, RolloutHostPhase.Waiting], end.Hosts.Select(host => host.Phase));
        Assert.Equal(["", "asking", "resumed", "asking", "aborted"], (await fleet.AuditAsync(end.Id)).Select(row => row.Outcome));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("git-y")]
    public async Task One_host_is_confirmed_by_its_name(string typed)
    {
        var request = new StartRolloutRequest { Hosts = { "git-x" }, BatchSize = 1, Reason = "a test", IdempotencyKey = CommandFleet.NewKey(), ConfirmCount = 1, ConfirmHost = typed };

        var refused = (await Assert.ThrowsAsync<RpcException>(() => Session.Ask(o => fleet.Operator.Rollouts.StartRolloutAsync(request, o)))).Status;

        Assert.Equal((StatusCode.InvalidArgument, "confirm_host has to be the host's name, \"git-x\", typed once more."), (refused.StatusCode, refused.Detail));
    }

    [Fact]
    public async Task A_batch_that_falls_ill_while_somebody_is_asked_stops_it_before_the_next()
    {
        var hosts = await HostsAsync(2);
        var rollout = await StartAsync(hosts, batchSize: 1, ask: true);
        await UntilAsync(rollout.Id, RolloutPhase.Asking);
        fleet.GitRpc.Serving = false;
        await Wait.UntilAsync("the console has seen it", async () =>
            (await Session.Ask(o => fleet.Operator.Fleet.GetFleetAsync(new(), o))).Hosts.Single(h => h.Host == hosts[0]).Health == HealthState.NotServing);

        await DecideAsync(rollout.Id, resume: true);
        var stopped = await UntilAsync(rollout.Id, RolloutPhase.Stopped);

        Assert.Equal($"{hosts[0]}, of the batch before, does not say SERVING. Resume goes on when it is healthy again.", stopped.Message);
        Assert.Equal(RolloutHostPhase.Waiting, stopped.Hosts[1].Phase);
    }

    [Fact]
    public async Task A_second_one_is_refused_while_the_first_is_not_over()
    {
        var hosts = await HostsAsync(2);
        var first = await StartAsync(hosts, batchSize: 1, ask: true);

        var refused = (await Assert.ThrowsAsync<RpcException>(() => StartAsync(hosts, batchSize: 1))).Status;

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains("The rolling restart that operator asked for", refused.Detail, StringComparison.Ordinal);
        await UntilAsync(first.Id, RolloutPhase.Asking);
    }

    [Fact]
    public async Task A_console_that_was_killed_goes_on_with_it_and_restarts_no_host_twice()
    {
        var hosts = await HostsAsync(3);
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var restarts = fleet.Agent.Restarts;
        var calls = 0;
        fleet.Agent.Restarts = async request =>
        {
            if (Interlocked.Increment(ref calls) == 2)
                await hold.Task;
            return await restarts(request);
        };
        var rollout = await StartAsync(hosts, batchSize: 1);
        await Wait.UntilAsync("the second host is being restarted", () => Volatile.Read(ref calls) == 2);

        await fleet.Console.Run.KillAsync();
        hold.SetResult();
        await fleet.StartAsync();

        var end = await UntilAsync(rollout.Id, RolloutPhase.Succeeded);
        Assert.All(end.Hosts, host => Assert.Single(fleet.Agent.Acted, host.CommandId));
        Assert.Equal(3, calls);
    }

    [Theory]
    [InlineData(0, 0, 0, "Set batch_size")]
    [InlineData(1, 50, 0, "Set batch_size")]
    [InlineData(0, 101, 0, "Set batch_size")]
    [InlineData(1, 0, -1, "pause_seconds is 0")]
    public async Task What_cannot_be_meant_is_malformed(int size, int percent, int pause, string message)
    {
        var request = new StartRolloutRequest { Hosts = { "git-x" }, BatchSize = size, BatchPercent = percent, PauseSeconds = pause, Reason = "a test", IdempotencyKey = CommandFleet.NewKey(), ConfirmCount = 1 };

        var refused = (await Assert.ThrowsAsync<RpcException>(() => Session.Ask(o => fleet.Operator.Rollouts.StartRolloutAsync(request, o)))).Status;

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains(message, refused.Detail, StringComparison.Ordinal);
    }

    // Fails the second restart of the rolling restart while it is told to.
    private static Func<RestartRequest, Task<CommandOutcome>> CountFailing(Func<RestartRequest, Task<CommandOutcome>> restarts, Func<bool> fails)
    {
        var calls = 0;
        return request => Interlocked.Increment(ref calls) == 2 && fails()
            ? Task.FromResult(new CommandOutcome { State = CommandState.Failed, Message = "The unit did not come up." })
            : restarts(request);
    }

    private async Task<string[]> HostsAsync(int count)
    {
        var hosts = new string[count];
        for (var i = 0; i < count; i++)
        {
            hosts[i] = await fleet.HostAsync();

            // Started long after what it will be compared with: every restart is seen as scraped at once.
            fleet.Prometheus.Run(hosts[i], CommandFleet.NewStart);
        }

        return hosts;
    }

    private Task<RolloutView> StartAsync(string[] hosts, int batchSize, bool ask = false) => Session.Ask(o => fleet.Operator.Rollouts.StartRolloutAsync(
        new() { Hosts = { hosts }, BatchSize = batchSize, Ask = ask, Reason = "a test", IdempotencyKey = CommandFleet.NewKey(), ConfirmCount = hosts.Length, SkipEvidence = true }, o));

    private Task<RolloutView> DecideAsync(string id, bool resume) => Session.Ask(o => resume
        ? fleet.Operator.Rollouts.ResumeRolloutAsync(new() { RolloutId = id, Reason = "a test" }, o)
        : fleet.Operator.Rollouts.AbortRolloutAsync(new() { RolloutId = id, Reason = "a test" }, o));

    private async Task<IReadOnlyList<RolloutView>> ListAsync() => (await Session.Ask(o => fleet.Operator.Rollouts.ListRolloutsAsync(new(), o))).Rollouts;

    private async Task<RolloutView> ViewAsync(string id) => (await ListAsync()).Single(r => r.Id == id);

    private Task<RolloutView> UntilAsync(string id, RolloutPhase phase) => Wait.ForAsync($"the rolling restart is {phase}", () => ViewAsync(id), r => r.Phase == phase);
}
