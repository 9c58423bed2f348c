using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>What a plan says of several hosts, where one restart at once is allowed and there is no Alertmanager.</summary>
public sealed class PlanTests(SlowFleet fleet) : IClassFixture<SlowFleet>
{
    [Fact]
    public async Task Of_several_restarts_asked_for_at_once_it_says_which_are_one_too_many()
    {
        var (first, second) = (await fleet.HostAsync(), await fleet.HostAsync());

        var plan = await PlanAsync(new() { Action = "restart", Hosts = { first, second }, SkipEvidence = true });

        Assert.Equal(
            [
                "No alert is silenced: Alertmanager:Url is not set.",
                "No evidence is taken from the running process.",
                $"The agent of {first} stops the server and starts it again.",
                "It counts as done when a new process is seen, says SERVING and is scraped.",
            ],
            plan.Steps[0].Actions);
        Assert.Empty(plan.Steps[0].Refusals);
        var refusal = Assert.Single(plan.Steps[1].Refusals);
        Assert.Equal("concurrency", refusal.Rule);
        Assert.Contains($"the restart of {first} in this very plan", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("At most 1 at once in the whole fleet (Control:RestartsAtOnce): asked for all at once, those that are one too many are refused.", Assert.Single(plan.Notes));
    }

    [Fact]
    public async Task Of_a_rolling_restart_it_says_batches_turns_pause_and_questions()
    {
        var hosts = new[] { await fleet.HostAsync(), await fleet.HostAsync(), await fleet.HostAsync() };

        var plan = await PlanAsync(new() { Action = "restart", Hosts = { hosts }, BatchPercent = 50, PauseSeconds = 90, Ask = true });

        Assert.Equal([0, 0, 1], plan.Steps.Select(step => step.Batch));
        Assert.All(plan.Steps, step => Assert.Empty(step.Refusals));
        Assert.Contains("Evidence is taken", plan.Steps[0].Actions[1], StringComparison.Ordinal);
        Assert.Equal("3 hosts in 2 batches of at most 2.", plan.Notes[0]);
        Assert.StartsWith("At most 1 at once in the whole fleet", plan.Notes[1], StringComparison.Ordinal);
        Assert.Contains(plan.Notes, note => note.StartsWith("After each batch it waits 90 s", StringComparison.Ordinal));
        Assert.Equal("After each batch it asks whether to go on.", plan.Notes[^1]);
    }

    [Theory]
    [InlineData(2099, true)]
    [InlineData(2100, false)]
    public async Task Of_a_pause_after_which_no_latency_can_be_compared_it_says_so(int pause, bool tooShort)
    {
        var plan = await PlanAsync(new() { Action = "restart", Hosts = { await fleet.HostAsync() }, BatchSize = 1, PauseSeconds = pause });

        Assert.Equal(tooShort, plan.Notes.Contains(
            "That pause is too short to compare anything: it takes processes of at least 2100 s (Deploys:BinSeconds and LeastBins). A batch that is slower than before will not stop it."));
    }

    [Fact]
    public async Task A_profile_that_would_give_way_refuses_nothing_and_is_said()
    {
        var host = await fleet.HostAsync();
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fleet.Agent.Profiles = (_, _) => hold.Task;
        var profile = await fleet.ProfileAsync(host);

        var step = (await PlanAsync(new() { Action = "restart", Hosts = { host } })).Steps.Single();
        var other = (await PlanAsync(new() { Action = "profile", Hosts = { host } })).Steps.Single();
        hold.SetResult();

        Assert.Empty(step.Refusals);
        Assert.Equal("The profile that operator asked for gives way and ends as failed.", step.Actions[0]);
        Assert.Equal(["held"], other.Refusals.Select(refusal => refusal.Rule));
        await fleet.EndOfAsync(profile.Id);
    }

    [Theory]
    [InlineData("profile", 1, 0)]
    [InlineData("restart", 1, 50)]
    [InlineData("restart", -1, 0)]
    public async Task Batches_that_cannot_be_meant_are_malformed(string action, int size, int percent)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => PlanAsync(new() { Action = action, Hosts = { "x" }, BatchSize = size, BatchPercent = percent }));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    private Task<PlanReply> PlanAsync(PlanRequest request) => Session.Ask(o => fleet.Operator.Control.PlanAsync(request, o));
}
