using System.Text.Json.Nodes;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>A console with a rule that profiles every host.</summary>
public sealed class ProfilingFleet(Programs programs) : CommandFleet(programs)
{
    internal override void Configure(ConsoleProcess console)
    {
        base.Configure(console);
        var rules = console.Section("CaptureRules");
        rules["PollSeconds"] = 1;
        rules["Rules"] = new JsonArray(new JsonObject { ["Name"] = "slow", ["When"] = "p99", ["Above"] = 0.1, ["Take"] = new JsonArray("profile") });
    }
}

public sealed class RuleGivesWayTests(ProfilingFleet fleet) : IClassFixture<ProfilingFleet>
{
    [Fact]
    public async Task What_a_rule_takes_gives_way_to_a_restart()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fleet.Agent.Profiles = (_, _) => hold.Task;
        fleet.Agent.Restarts = _ => Task.FromResult(FakeAgent.Succeeded(CommandFleet.NewStart));
        var host = await fleet.HostAsync();
        var profile = (await Wait.ForAsync("the rule profiles it", () => Session.Ask(o => fleet.Operator.Control.ListCommandsAsync(new() { Host = host }, o)), list => list.Commands is [{ Phase: CommandPhase.Running }])).Commands[0];
        fleet.Prometheus.Run(host, CommandFleet.NewStart);

        var restart = await fleet.EndOfAsync((await fleet.RestartAsync(host)).Id);
        hold.SetResult();

        Assert.True(restart.Phase == CommandPhase.Succeeded, restart.ToString());
        var gave = await fleet.ViewAsync(profile.Id);
        Assert.Equal(("rule slow", CommandPhase.Failed, "It gave way to the restart that operator asked for."), (gave.RequestedBy, gave.Phase, gave.Message));
        Assert.Equal([AuditPhase.Intent, AuditPhase.Outcome], (await fleet.AuditAsync(profile.Id)).Select(row => row.Phase));
    }
}
