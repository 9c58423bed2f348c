using System.Text.Json.Nodes;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace FleetConsole.Server.Tests.Features.Captures;

/// <summary>A console with rules that take captures, on a fleet where every host is slow.</summary>
public sealed class RuleFleet(Programs programs) : CommandFleet(programs)
{
    internal override void Configure(ConsoleProcess console)
    {
        base.Configure(console);
        var rules = console.Section("CaptureRules");
        rules["PollSeconds"] = 1;
        rules["Rules"] = new JsonArray(
            new JsonObject { ["Name"] = "refused", ["When"] = "promql", ["Expression"] = "no_such_function(up)", ["Above"] = 1, ["Take"] = new JsonArray("perf") },
            new JsonObject { ["Name"] = "slow", ["When"] = "p99", ["Above"] = 0.1, ["Take"] = new JsonArray("goroutines", "profile"), ["PerDay"] = 100 },
            new JsonObject { ["Name"] = "slower", ["When"] = "p99", ["Above"] = 0.9, ["Take"] = new JsonArray("goroutines") },
            new JsonObject { ["Name"] = "typo", ["When"] = "promql", ["Expression"] = "no_such_metric", ["Above"] = 1, ["Take"] = new JsonArray("perf") });
    }
}

/// <summary>Captures that nobody asked for.</summary>
public sealed class CaptureRuleTests(RuleFleet fleet, Programs programs) : IClassFixture<RuleFleet>
{
    private CaptureRules.CaptureRulesClient Rules => new(fleet.Operator.Channel);

    [Fact]
    public async Task A_rule_fires_once_in_its_cool_down_even_when_the_console_is_killed_meanwhile()
    {
        fleet.Agent.Profiles = (_, stream) => FakeAgent.SendAsync(stream, [1, 2, 3], CommandFleet.OldStart);
        var host = await fleet.HostAsync();
        var taken = await Wait.ForAsync("both captures are taken", () => CommandsOfAsync(host), commands => commands.Count(c => c.EndedAt is not null) == 2);
        Assert.Equal(["profile", "dump"], taken.Select(c => c.Action));
        Assert.All(taken, command => Assert.Equal((CommandPhase.Succeeded, "rule slow", "p99 is 0.25, above 0.1"), (command.Phase, command.RequestedBy, command.Reason)));
        Assert.Equal([AuditPhase.Intent, AuditPhase.Outcome], (await fleet.AuditAsync(taken[0].Id)).Select(row => row.Phase));
        var captures = (await Session.Ask(o => fleet.Operator.Captures.ListCapturesAsync(new() { Host = host }, o))).Captures;
        Assert.Equal(["cpu", "goroutines"], captures.Select(c => c.Kind).Order());
        Assert.All(captures, capture => Assert.Equal("rule slow", capture.TakenBy));

        await fleet.Console.Run.KillAsync();
        await fleet.StartAsync();
        await LooksAsync(2);

        Assert.Equal(2, (await CommandsOfAsync(host)).Count);
        var rule = (await Session.Ask(o => Rules.ListCaptureRulesAsync(new(), o))).Rules[1];
        Assert.Contains(rule.Holds, holds => holds.Host == host && holds.Value == 0.25);
        Assert.Single(rule.Fired, fired => fired.Host == host && !fired.Failed);
        Assert.NotEmpty(rule.Refused.Why);
    }

    [Fact]
    public async Task A_rule_that_holds_nowhere_takes_nothing()
    {
        await fleet.HostAsync();
        await LooksAsync(2);

        var rule = (await Session.Ask(o => Rules.ListCaptureRulesAsync(new(), o))).Rules[2];

        Assert.Equal(("slower", "", 0, 0), (rule.Name, rule.Problem, rule.Holds.Count, rule.Fired.Count));
    }

    [Fact]
    public async Task A_rule_that_can_never_fire_says_so()
    {
        fleet.Prometheus.Instead = (context, query) => query.PromQl.Contains("no_such_metric", StringComparison.Ordinal)
            ? context.Response.WriteAsync("""{"status":"success","data":{"resultType":"vector","result":[]}}""")
            : fleet.Prometheus.AnswerFleetAsync(context, query);
        try
        {
            var rule = (await Session.Ask(o => Rules.ListCaptureRulesAsync(new(), o))).Rules[3];
            Assert.Equal("It cannot fire: Prometheus has no metric no_such_metric now. Is the name right?", rule.Problem);
        }
        finally
        {
            fleet.Prometheus.Instead = null;
        }
    }

    [Fact]
    public async Task A_rule_is_tried_on_the_past_within_its_limits()
    {
        var host = await fleet.HostAsync();

        var tried = await Session.Ask(o => Rules.TryCaptureRuleAsync(new() { Name = "slow", Days = 2 }, o));

        // Slow throughout: three times a day at most, an hour apart.
        var here = tried.Firings.Where(firing => firing.Host == host).Select(firing => firing.At.ToDateTimeOffset()).ToList();
        Assert.Equal(6, here.Count);
        Assert.All(here.Zip(here.Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromHours(1)));
        foreach (var (name, days, code) in new[] { ("none", 2, StatusCode.NotFound), ("slow", 0, StatusCode.InvalidArgument), ("slow", 31, StatusCode.InvalidArgument) })
            Assert.Equal(code, (await Assert.ThrowsAsync<RpcException>(() => Session.Ask(o => Rules.TryCaptureRuleAsync(new() { Name = name, Days = days }, o)))).StatusCode);
    }

    [Theory]
    [InlineData("""{"Name":"","When":"p99","Take":["perf"]}""", "Name")]
    [InlineData("""{"Name":"a","When":"moon","Take":["perf"]}""", "\"moon\" is no trigger")]
    [InlineData("""{"Name":"a","When":"promql","Take":["perf"]}""", "Expression")]
    [InlineData("""{"Name":"a","When":"p99","Take":["abort"]}""", "\"abort\" cannot be captured")]
    [InlineData("""{"Name":"a","When":"p99"}""", "Take says what is captured")]
    public async Task A_rule_that_makes_no_sense_ends_the_start(string rule, string words)
    {
        await using var console = new ConsoleProcess(programs, "http://127.0.0.1:1");
        console.Section(nameof(CaptureRules))[nameof(Rules)] = new JsonArray(JsonNode.Parse(rule));

        var run = console.StartUnchecked();

        Assert.Equal(2, await run.ExitAsync());
        Assert.Contains(run.Lines, line => line.StartsWith("CaptureRules:Rules:0: ", StringComparison.Ordinal) && line.Contains(words, StringComparison.Ordinal));
    }

    private async Task<List<CommandView>> CommandsOfAsync(string host) =>
        [.. (await Session.Ask(o => fleet.Operator.Control.ListCommandsAsync(new() { Host = host }, o))).Commands];

    // The watch has asked for the fleet's p99 again, which it does once a rule and round.
    private async Task LooksAsync(int rounds)
    {
        var before = Looks();
        await Wait.UntilAsync("the rules were looked at again", () => Looks() >= before + (2 * rounds));
    }

    private int Looks() => fleet.Prometheus.Asked.Count(q => q.Path == "query" && q.PromQl.Contains("[300s]", StringComparison.Ordinal) && q.PromQl.StartsWith("histogram_quantile(0.99", StringComparison.Ordinal));
}
