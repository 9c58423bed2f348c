using System.Text.Json.Nodes;
using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>A console whose rules are the ones it has by default, and whose operators have hosts of their own.</summary>
public sealed class RuledFleet(Programs programs) : CommandFleet(programs)
{
    internal override void Configure(ConsoleProcess console)
    {
        console.Section("Access")["Groups"] = new JsonObject { ["eu"] = new JsonArray("eu-*") };
        console.Section("Access")["Roles"] = new JsonObject
        {
            ["eu-operator"] = new JsonObject { ["Groups"] = new JsonArray("eu"), ["Permissions"] = new JsonArray("view", "restart", "profile", "approve") },
        };
    }
}

public sealed class RulesTests(RuledFleet fleet) : IClassFixture<RuledFleet>, IDisposable
{
    public void Dispose()
    {
        fleet.Agent.Restarts = _ => Task.FromResult(FakeAgent.Succeeded(CommandFleet.NewStart));
        fleet.GitRpc.Serving = true;
    }

    [Theory]
    [InlineData("restart", CommandState.Failed, 200, true)]
    [InlineData("restart", CommandState.Failed, 0, true)]
    [InlineData("restart", CommandState.Failed, 100, false)]
    [InlineData("restart", CommandState.Interrupted, 0, true)]
    [InlineData("abort", CommandState.Failed, 0, true)]
    public async Task A_host_cools_down_from_whatever_ended_its_process_or_may_have(string action, CommandState state, int pidAfter, bool cools)
    {
        var host = await fleet.HostAsync();
        await HealthyAsync(host);
        var outcome = FakeAgent.Succeeded(CommandFleet.NewStart);
        (outcome.State, outcome.Message, outcome.PidAfter) = (state, "The unit did not come up.", pidAfter);
        outcome.ProcessStartedAtBefore = DateTimeOffset.FromUnixTimeSeconds((long)CommandFleet.OldStart).ToTimestamp();
        outcome.ProcessStartedAtAfter = pidAfter switch { 0 => null, 100 => outcome.ProcessStartedAtBefore, _ => outcome.ProcessStartedAtAfter };
        fleet.Agent.Restarts = _ => Task.FromResult(outcome);
        fleet.Agent.Dumps = _ => Task.FromResult(("SIGABRT: abort\n"u8.ToArray(), new DumpTrailer { Outcome = outcome, Wholeness = Wholeness.Whole }));

        var asked = action == "restart" ? await fleet.RestartAsync(host)
            : await Session.Ask(o => fleet.Operator.Control.DumpAsync(new() { Host = host, ConfirmHost = host, Rung = Rung.Abort, Reason = "a test", IdempotencyKey = CommandFleet.NewKey() }, o));
        await fleet.EndOfAsync(asked.Id);

        Assert.Equal(cools ? ["cool-down"] : [], (await PlanAsync(host)).Refusals.Select(refusal => refusal.Rule));
    }

    [Fact]
    public async Task Rules_refuse_in_their_own_words_and_the_plan_says_so_before()
    {
        var (host, other) = (await fleet.HostAsync(), await fleet.HostAsync());
        await HealthyAsync(host, other);
        var agentDone = new TaskCompletionSource<CommandOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        fleet.Agent.Restarts = _ => agentDone.Task;
        Assert.Empty((await PlanAsync(host)).Refusals);
        var first = await fleet.RestartAsync(host);

        var refused = await CommandFleet.RefusedAsync(() => fleet.RestartAsync(other));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains($"Refused by the rule concurrency: at most one restart at once in the fleet, and the restart of {host} by operator is under way", refused.Detail, StringComparison.Ordinal);
        Assert.Equal(["concurrency"], (await PlanAsync(other)).Refusals.Select(refusal => refusal.Rule));

        fleet.Prometheus.Run(host, CommandFleet.NewStart);
        agentDone.SetResult(FakeAgent.Succeeded(CommandFleet.NewStart));
        Assert.Equal(CommandPhase.Succeeded, (await fleet.EndOfAsync(first.Id)).Phase);
        var cooling = await CommandFleet.RefusedAsync(() => fleet.RestartAsync(host));
        Assert.Contains("Refused by the rule cool-down", cooling.Detail, StringComparison.Ordinal);

        fleet.GitRpc.Serving = false;
        await Wait.UntilAsync("the others are ill", async () => (await PlanAsync(other)).Refusals.Any(refusal => refusal.Rule == "healthy-share"));
        var ill = await CommandFleet.RefusedAsync(() => fleet.RestartAsync(other));
        Assert.Contains("does not say SERVING", ill.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_of_a_group_commands_its_hosts_and_no_others()
    {
        fleet.Prometheus.Run("eu-1", CommandFleet.OldStart);
        var foreign = await fleet.HostAsync();
        Assert.Equal(0, (await fleet.Console.CommandAsync(["users", "add", "eva", "--role", "eu-operator"], Programs.Password + "\n")).ExitCode);
        using var eva = fleet.Console.Nobody();
        await eva.SignInAsync("eva", Programs.Password);

        var refused = await CommandFleet.RefusedAsync(() => Session.Ask(o => eva.Control.ProfileAsync(
            new() { Host = foreign, Reason = "a test", IdempotencyKey = CommandFleet.NewKey(), Seconds = 1 }, o)));

        Assert.Equal((StatusCode.PermissionDenied, $"eva lacks the permission profile on {foreign}. Ask an administrator."), (refused.StatusCode, refused.Detail));
        var plan = await Session.Ask(o => eva.Control.PlanAsync(new() { Action = "profile", Hosts = { "eu-1", foreign } }, o));
        Assert.Equal([false, true], plan.Steps.Select(step => step.Refusals.Any(refusal => refusal.Rule == "permission")));
    }

    [Fact]
    public async Task The_permission_is_asked_for_before_the_key()
    {
        fleet.Prometheus.Run("eu-2", CommandFleet.OldStart);
        var foreign = await fleet.HostAsync();
        Assert.Equal(0, (await fleet.Console.CommandAsync(["users", "add", "emma", "--role", "eu-operator"], Programs.Password + "\n")).ExitCode);
        using var emma = fleet.Console.Nobody();
        await emma.SignInAsync("emma", Programs.Password);
        var key = CommandFleet.NewKey();
        await Wait.UntilAsync("eu-2 is known", async () => (await Session.Ask(o => emma.Fleet.GetFleetAsync(new(), o))).Hosts.Any(h => h.Host == "eu-2"));
        await ProfileAsync("eu-2");

        var refused = await CommandFleet.RefusedAsync(() => ProfileAsync(foreign));

        Assert.Equal((StatusCode.PermissionDenied, $"emma lacks the permission profile on {foreign}. Ask an administrator."), (refused.StatusCode, refused.Detail));

        Task<CommandView> ProfileAsync(string host) =>
            Session.Ask(o => emma.Control.ProfileAsync(new() { Host = host, Reason = "a test", IdempotencyKey = key, Seconds = 1 }, o));
    }

    [Fact]
    public async Task A_role_that_nobody_knows_is_refused_with_the_known_ones()
    {
        var (code, output) = await fleet.Console.CommandAsync(["users", "add", "eve", "--role", "king"], Programs.Password + "\n");

        Assert.Equal(2, code);
        Assert.Contains("There is no role \"king\". There are viewer, operator, admin, eu-operator.", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dance")]
    [InlineData("")]
    public async Task A_plan_for_an_action_that_does_not_exist_is_malformed(string action)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(() => Session.Ask(o => fleet.Operator.Control.PlanAsync(new() { Action = action, Hosts = { "x" } }, o)));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
    }

    private Task HealthyAsync(params string[] hosts) => Wait.UntilAsync("the fleet is healthy", async () =>
        (await Session.Ask(o => fleet.Operator.Fleet.GetFleetAsync(new(), o))).Hosts.All(h => h.Health == HealthState.Serving)
        && (await Task.WhenAll(hosts.Select(PlanAsync))).All(step => step.Refusals.Count == 0));

    private async Task<PlanStep> PlanAsync(string host) =>
        (await Session.Ask(o => fleet.Operator.Control.PlanAsync(new() { Action = "restart", Hosts = { host } }, o))).Steps.Single();
}
