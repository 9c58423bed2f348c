using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Features.Deploys;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>
/// A rolling restart over a written history: both hosts' processes of fifty minutes ago, which the agent names as the new ones, are 60 % slower than
/// those before them were at the same age.
/// </summary>
public sealed class RolloutLatencyTests(Programs programs) : IAsyncLifetime
{
    private readonly WrittenFleet _fleet = new([(8, "1.0", 1), (6, "1.0", 1), (50.0 / 60, "1.0", 1.6)]);
    private readonly PrometheusProcess _prometheus = new();
    private readonly TestAuthority _authority = new();
    private FakeAgent? _agent;
    private FakeGitRpc? _gitRpc;
    private ConsoleProcess? _console;

    public async ValueTask InitializeAsync()
    {
        await _fleet.WriteAsync(_prometheus.Data);
        await _prometheus.StartAsync();
        _agent = await FakeAgent.StartAsync(_authority);
        _gitRpc = await FakeGitRpc.StartAsync();
        _console = new(programs, _prometheus.Url);
        _console.Section("Hosts")["GitRpcAddress"] = _gitRpc.Url;
        _console.Section("Hosts")["AgentAddress"] = _agent.Url;
        _console.Section("Deploys")["PollSeconds"] = 1;
        _console.Section("Watch")["LookBackDays"] = 2;
        _console.Section("Control")["HealthyShare"] = 0;
        _console.Trust(_authority);
        await _console.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_console is not null)
            await _console.DisposeAsync();
        if (_agent is not null)
            await _agent.DisposeAsync();
        if (_gitRpc is not null)
            await _gitRpc.DisposeAsync();
        await _prometheus.DisposeAsync();
        _authority.Dispose();
    }

    [Fact]
    public async Task It_stops_when_a_batch_is_slower_at_equal_age()
    {
        var session = await _console!.SignInAsync("operator");
        await Wait.UntilAsync("the processes are known", async () =>
            (await Session.Ask(o => session.Deploys.ListDeploysAsync(new() { WithRestarts = true }, o))).Deploys.Any(d => d.Steps.Count == 2 && d.FirstRestartAt.Seconds == _fleet.NewestDeploy));

        // One at a time, in their order.
        var calls = 0;
        _agent!.Restarts = _ => Task.FromResult(FakeAgent.Succeeded(_fleet.NewestStart(Interlocked.Increment(ref calls) - 1)));
        var rollout = await Session.Ask(o => session.Rollouts.StartRolloutAsync(
            new() { Hosts = { "git-1", "git-2" }, BatchPercent = 100, Reason = "a test", IdempotencyKey = CommandFleet.NewKey(), ConfirmCount = 2, SkipEvidence = true }, o));

        var stopped = await Wait.ForAsync("it stops", async () => (await Session.Ask(o => session.Rollouts.ListRolloutsAsync(new(), o))).Rollouts.Single(r => r.Id == rollout.Id), r => r.Phase is not RolloutPhase.Running);

        Assert.True(stopped.Phase == RolloutPhase.Stopped, stopped.ToString());
        Assert.Matches(@"^Batch 1: p\d\d of \S*RefExists is (5|6)\d % higher than before at equal age\. Resume goes on with the next batch\.$", stopped.Message);
        Assert.Single(stopped.Findings);
    }
}
