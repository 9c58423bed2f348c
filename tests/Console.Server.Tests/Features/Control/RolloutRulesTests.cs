using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>One restart at once, the usual cool-down, and a forking call that is made once an hour unless it is asked for.</summary>
public sealed class SlowFleet(Programs programs) : CommandFleet(programs)
{
    internal override void Configure(ConsoleProcess console)
    {
        console.Section("Control")["HealthyShare"] = 0;
        console.Section("GitRpc")["ProbeSeconds"] = 3600;
        console.ExpectedErrors.Add("met an unexpected error and is stopped");
    }
}

/// <summary>Rolling restarts under the rules as they are by default.</summary>
public sealed class RolloutRulesTests(SlowFleet fleet) : IClassFixture<SlowFleet>, IAsyncLifetime
{
    public ValueTask InitializeAsync()
    {
        fleet.Agent.Restarts = _ => Task.FromResult(FakeAgent.Succeeded(CommandFleet.NewStart));
        return ValueTask.CompletedTask;
    }

    // One at a time is all there can be: what a test leaves is ended.
    public async ValueTask DisposeAsync()
    {
        fleet.Prometheus.FleetSees = null;
        foreach (var rollout in (await ListAsync()).Where(r => r.EndedAt is null))
            await Session.Ask(o => fleet.Operator.Rollouts.AbortRolloutAsync(new() { RolloutId = rollout.Id, Reason = "a test" }, o));
    }

    [Fact]
    public async Task Inside_a_batch_it_stops_at_the_first_failed_host_which_has_nothing_to_cool_down_from()
    {
        var hosts = await HostsAsync(3);
        var (calls, restarts) = (0, fleet.Agent.Restarts);
        fleet.Agent.Restarts = request => Interlocked.Increment(ref calls) == 2
            ? Task.FromResult(new CommandOutcome { State = CommandState.Failed, Message = "Nothing was done." })
            : restarts(request);

        var stopped = await UntilAsync((await StartAsync(new() { Hosts = { hosts }, BatchSize = 3 })).Id, RolloutPhase.Stopped);

        Assert.Equal([RolloutHostPhase.Restarted, RolloutHostPhase.Failed, RolloutHostPhase.Waiting], stopped.Hosts.Select(host => host.Phase));
        await Session.Ask(o => fleet.Operator.Rollouts.ResumeRolloutAsync(new() { RolloutId = stopped.Id, Reason = "a test" }, o));
        var end = await UntilAsync(stopped.Id, RolloutPhase.Succeeded);
        Assert.Equal(stopped.Hosts[0].CommandId, end.Hosts[0].CommandId);
        Assert.Equal(4, calls);
    }

    [Fact]
    public async Task Between_batches_the_new_processes_have_to_be_seen_and_to_fork()
    {
        var asked = Forks();
        var hosts = await HostsAsync(2);
        await Wait.UntilAsync("every host was asked to fork once", () => Forks() >= asked + 2);
        fleet.Prometheus.FleetSees = CommandFleet.OldStart;
        await PolledAsync(2);
        asked = Forks();
        var id = (await StartAsync(new() { Hosts = { hosts }, BatchSize = 1 })).Id;
        await Wait.UntilAsync("the first host is restarted", async () => (await ViewAsync(id)).Hosts[0].Phase == RolloutHostPhase.Restarted);

        await PolledAsync(3);

        var waits = await ViewAsync(id);
        Assert.Equal((RolloutPhase.Running, 0, RolloutHostPhase.Waiting), (waits.Phase, waits.Batch, waits.Hosts[1].Phase));
        fleet.Prometheus.FleetSees = null;
        await UntilAsync(id, RolloutPhase.Succeeded);
        Assert.True(Forks() >= asked + 2);
    }

    [Fact]
    public async Task A_host_that_waits_for_its_turn_is_not_restarted_after_an_abort()
    {
        var (hosts, hold) = (await HostsAsync(2), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        fleet.Agent.Restarts = async _ =>
        {
            await hold.Task;
            return FakeAgent.Succeeded(CommandFleet.NewStart);
        };
        var other = await fleet.RestartAsync(hosts[0]);
        var id = (await StartAsync(new() { Hosts = { hosts[1] }, BatchSize = 1 })).Id;
        await Wait.UntilAsync("it has begun", async () => (await ViewAsync(id)).Message.StartsWith("Batch 1 of 1", StringComparison.Ordinal));
        await PolledAsync(2);

        await Session.Ask(o => fleet.Operator.Rollouts.AbortRolloutAsync(new() { RolloutId = id, Reason = "a test" }, o));
        hold.SetResult();
        await fleet.EndOfAsync(other.Id);
        await PolledAsync(3);

        Assert.Empty((await Session.Ask(o => fleet.Operator.Control.ListCommandsAsync(new() { Host = hosts[1] }, o))).Commands);
    }

    [Fact]
    public async Task Batches_may_be_a_share_of_the_hosts_rounded_up()
    {
        var hosts = await HostsAsync(5);

        var rollout = await StartAsync(new() { Hosts = { hosts }, BatchPercent = 30, Ask = true });

        Assert.Equal((2, "0,0,1,1,2"), (rollout.BatchSize, string.Join(',', rollout.Hosts.Select(host => host.Batch))));
        var asks = await UntilAsync(rollout.Id, RolloutPhase.Asking);
        Assert.Equal([RolloutHostPhase.Restarted, RolloutHostPhase.Restarted, RolloutHostPhase.Waiting, RolloutHostPhase.Waiting, RolloutHostPhase.Waiting], asks.Hosts.Select(host => host.Phase));
    }

    [Fact]
    public async Task What_goes_wrong_with_it_stops_it_and_not_the_console()
    {
        var hosts = await HostsAsync(2);
        var id = (await StartAsync(new() { Hosts = { hosts }, BatchSize = 1, PauseSeconds = 3600 })).Id;
        await Wait.UntilAsync("the first host is restarted", async () => (await ViewAsync(id)).Hosts[0].Phase == RolloutHostPhase.Restarted);
        await fleet.Console.Run.KillAsync();

        // A pause that ends after the last moment there is.
        Assert.Equal(1, await fleet.Console.ExecuteSqlAsync($"UPDATE Rollouts SET BatchRestartedAt = 253402300799000 WHERE Id = '{id}'"));
        await fleet.StartAsync();

        var stopped = await UntilAsync(id, RolloutPhase.Stopped);
        Assert.Contains("It met an unexpected error: ", stopped.Message, StringComparison.Ordinal);
        Assert.Equal("stopped", (await fleet.AuditAsync(id))[^1].Outcome);
    }

    [Fact]
    public async Task Whoever_may_break_the_glass_resumes_one_that_a_cool_down_stopped()
    {
        var hosts = await HostsAsync(1);
        await fleet.EndOfAsync((await fleet.RestartAsync(hosts[0])).Id);
        var stopped = await UntilAsync((await StartAsync(new() { Hosts = { hosts }, BatchSize = 1 })).Id, RolloutPhase.Stopped);
        Assert.Contains("Refused by the rule cool-down", stopped.Message, StringComparison.Ordinal);
        var decision = new RolloutDecision { RolloutId = stopped.Id, Reason = "it cannot wait", BreakGlass = true };
        var refused = (await Assert.ThrowsAsync<RpcException>(() => Session.Ask(o => fleet.Operator.Rollouts.ResumeRolloutAsync(decision, o)))).Status;
        Assert.Equal((StatusCode.PermissionDenied, $"operator lacks the permission break-glass on {hosts[0]}. Ask an administrator."), (refused.StatusCode, refused.Detail));

        using var admin = await fleet.Console.SignInAsync("admin");
        await Session.Ask(o => admin.Rollouts.ResumeRolloutAsync(decision, o));

        var end = await UntilAsync(stopped.Id, RolloutPhase.Succeeded);
        var restart = await fleet.ViewAsync(end.Hosts[0].CommandId);
        Assert.Equal(("admin", "break-glass"), (restart.RequestedBy, Assert.Single(restart.Lifted)));
        Assert.Equal("with break-glass", (await fleet.AuditAsync(restart.Id))[0].Detail);
        var decided = Assert.Single(await fleet.AuditAsync(stopped.Id), row => row.Phase == AuditPhase.Decision);
        Assert.Equal(("admin", "resumed with break-glass", "it cannot wait"), (decided.User, decided.Outcome, decided.Detail));
    }

    [Fact]
    public async Task One_that_a_token_asked_for_ends_with_the_token()
    {
        var hosts = await HostsAsync(2);
        using var script = await fleet.Console.Nobody().NativeAsync("operator");
        var request = new StartRolloutRequest { Hosts = { hosts }, BatchSize = 1, Ask = true, ConfirmCount = 2, SkipEvidence = true, Reason = "a test", IdempotencyKey = CommandFleet.NewKey() };
        var id = (await Session.Ask(o => new Rollouts.RolloutsClient(script).StartRolloutAsync(request, o))).Id;
        await UntilAsync(id, RolloutPhase.Asking);
        Assert.Equal(1, await fleet.Console.ExecuteSqlAsync("UPDATE ApiTokens SET RevokedAt = 1 WHERE Name = 'one hour'"));

        await Session.Ask(o => fleet.Operator.Rollouts.ResumeRolloutAsync(new() { RolloutId = id, Reason = "a test" }, o));

        var stopped = await UntilAsync(id, RolloutPhase.Stopped);
        Assert.Equal($"{hosts[1]} was not restarted: The token of operator, by which it was asked for, has expired or was revoked.", stopped.Message);
        Assert.Equal([RolloutHostPhase.Restarted, RolloutHostPhase.Waiting], stopped.Hosts.Select(host => host.Phase));
    }

    private async Task<string[]> HostsAsync(int count)
    {
        var hosts = new string[count];
        for (var i = 0; i < count; i++)
        {
            hosts[i] = await fleet.HostAsync();
            fleet.Prometheus.Run(hosts[i], CommandFleet.NewStart);
        }

        return hosts;
    }

    private int Forks() => fleet.GitRpc.Called.Count(path => path.EndsWith("/ServerInfo", StringComparison.Ordinal));

    private async Task PolledAsync(int times)
    {
        var before = fleet.Prometheus.Count("(up{");
        await Wait.UntilAsync("the fleet was looked at again", () => fleet.Prometheus.Count("(up{") >= before + times);
    }

    private Task<RolloutView> StartAsync(StartRolloutRequest request)
    {
        (request.Reason, request.IdempotencyKey, request.ConfirmCount, request.ConfirmHost, request.SkipEvidence) = ("a test", CommandFleet.NewKey(), request.Hosts.Count, request.Hosts[0], true);
        return Session.Ask(o => fleet.Operator.Rollouts.StartRolloutAsync(request, o));
    }

    private async Task<IReadOnlyList<RolloutView>> ListAsync() => (await Session.Ask(o => fleet.Operator.Rollouts.ListRolloutsAsync(new(), o))).Rollouts;

    private async Task<RolloutView> ViewAsync(string id) => (await ListAsync()).Single(r => r.Id == id);

    private Task<RolloutView> UntilAsync(string id, RolloutPhase phase) => Wait.ForAsync($"the rolling restart is {phase}", () => ViewAsync(id), r => r.Phase == phase);
}
