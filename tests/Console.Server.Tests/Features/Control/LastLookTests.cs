using System.Text.Json.Nodes;
using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>A console that ends before the agent is asked, and starts again when something is different.</summary>
public sealed class LastLookTests(Programs programs) : IAsyncLifetime
{
    private readonly CommandFleet _fleet = new(programs);
    private string _host = "";
    private readonly TaskCompletionSource _hold = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ValueTask InitializeAsync() => _fleet.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        _hold.TrySetResult();
        await _fleet.DisposeAsync();
    }

    [Fact]
    public async Task A_rule_that_refuses_by_then_ends_the_command()
    {
        var id = await KilledDuringEvidenceAsync(_fleet.Operator);
        _fleet.Console.Section("Control")["Freezes"] = new JsonArray(new JsonObject { ["Name"] = "nights", ["From"] = "2020-01-01T00:00:00Z", ["To"] = "2120-01-01T00:00:00Z" });
        await _fleet.StartAsync();

        var end = await _fleet.EndOfAsync(id);

        Assert.Equal(CommandPhase.Refused, end.Phase);
        Assert.StartsWith("Nothing was done. Refused by the rule freeze: the freeze window \"nights\"", end.Message, StringComparison.Ordinal);
        Assert.Equal("refused", (await _fleet.AuditAsync(id))[^1].Outcome);
        Assert.DoesNotContain(id, _fleet.Agent.Acted);
        Assert.Contains(id, _fleet.Agent.Void);
    }

    [Fact]
    public async Task Somebody_who_was_disabled_by_then_restarts_nothing()
    {
        Assert.Equal(0, (await _fleet.Console.CommandAsync(["users", "add", "bob", "--role", "operator"], Programs.Password + "\n")).ExitCode);
        using var bob = _fleet.Console.Nobody();
        await bob.SignInAsync("bob", Programs.Password);
        var id = await KilledDuringEvidenceAsync(bob);
        Assert.Equal(0, (await _fleet.Console.CommandAsync(["users", "disable", "bob"])).ExitCode);
        await _fleet.StartAsync();

        var end = await _fleet.EndOfAsync(id);

        Assert.Equal((CommandPhase.Refused, "Nothing was done. The account bob, which asked for it, is gone or disabled."), (end.Phase, end.Message));
        Assert.DoesNotContain(id, _fleet.Agent.Acted);
    }

    [Theory]
    [InlineData("RequestedAt = RequestedAt - 600000", CommandPhase.Failed)]
    [InlineData("DecidedAt = RequestedAt, RequestedAt = RequestedAt - 600000", CommandPhase.Succeeded)]
    public async Task What_was_asked_for_long_ago_is_still_wanted_if_it_was_approved_a_moment_ago(string change, CommandPhase phase)
    {
        var id = await KilledDuringEvidenceAsync(_fleet.Operator);
        _fleet.Prometheus.Run(_host, CommandFleet.NewStart);
        Assert.Equal(1, await _fleet.Console.ExecuteSqlAsync($"UPDATE Commands SET {change} WHERE Id = '{id}'"));
        _hold.SetResult();
        await _fleet.StartAsync();

        Assert.Equal(phase, (await _fleet.EndOfAsync(id)).Phase);
    }

    private async Task<string> KilledDuringEvidenceAsync(Session session)
    {
        _host = await _fleet.HostAsync();
        _fleet.Agent.Dumps = async request =>
        {
            await _hold.Task;
            return ([], new DumpTrailer { Outcome = new() { CommandId = request.CommandId, State = CommandState.Failed, Message = "held by the test" } });
        };
        var id = (await Session.Ask(o => session.Control.RestartAsync(new() { Host = _host, ConfirmHost = _host, Reason = "a test", IdempotencyKey = CommandFleet.NewKey() }, o))).Id;
        await Wait.UntilAsync("evidence is being taken", () => _fleet.Agent.DumpCalls.Any(call => call.CommandId.StartsWith(id, StringComparison.Ordinal)));
        await _fleet.Console.Run.KillAsync();
        return id;
    }
}
