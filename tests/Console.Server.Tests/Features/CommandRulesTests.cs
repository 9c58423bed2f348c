using System.Text.RegularExpressions;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features;

/// <summary>What is refused before anything is recorded.</summary>
public sealed partial class CommandRulesTests(CommandFleet fleet) : IClassFixture<CommandFleet>
{
    public static TheoryData<string, bool> Reasons => new()
    {
        { "", false }, { "ab", false }, { "   ab   ", false }, { "line\nbreak", false }, { "tab\there", false }, { new string('x', 501), false },
        { "abc", true }, { new string('x', 500), true },
    };

    public static TheoryData<string> BadKeys => ["", "short-7", "with space", "under_score", "größe-12", new string('k', 65)];

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task A_reason_has_3_to_500_characters_on_one_line(string reason, bool good)
    {
        if (good)
        {
            var host = await fleet.HostAsync();
            fleet.Prometheus.Run(host, CommandFleet.NewStart);
            var end = await fleet.EndOfAsync((await fleet.RestartAsync(host, reason: reason)).Id);
            Assert.Equal(reason, end.Reason);
            return;
        }

        var status = await CommandFleet.RefusedAsync(() => fleet.RestartAsync(CommandFleet.Unmapped, reason: reason));
        Assert.Equal(StatusCode.InvalidArgument, status.StatusCode);
        Assert.Contains("3 to 500 characters", status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BadKeys))]
    public async Task An_idempotency_key_is_required(string key)
    {
        var status = await CommandFleet.RefusedAsync(() => fleet.RestartAsync(CommandFleet.Unmapped, key));

        Assert.Equal(StatusCode.InvalidArgument, status.StatusCode);
        Assert.Contains("8 to 64", status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(61)]
    public async Task A_profile_takes_1_to_60_seconds(int seconds)
    {
        var status = await CommandFleet.RefusedAsync(() => fleet.ProfileAsync(CommandFleet.Unmapped, seconds));

        Assert.Equal((StatusCode.InvalidArgument, "A profile takes 1 to 60 seconds."), (status.StatusCode, status.Detail));
    }

    [Theory]
    [InlineData("")]
    [InlineData("git-1\nrm")]
    [InlineData("git\0")]
    public async Task A_host_without_a_name_or_with_control_characters_is_malformed(string host) =>
        Assert.Equal(StatusCode.InvalidArgument, (await CommandFleet.RefusedAsync(() => fleet.RestartAsync(host))).StatusCode);

    [Fact]
    public async Task A_host_that_was_never_seen_is_not_found()
    {
        var status = await CommandFleet.RefusedAsync(() => fleet.RestartAsync("no-such-host"));

        Assert.Equal((StatusCode.NotFound, "There is no host \"no-such-host\"."), (status.StatusCode, status.Detail));
    }

    [Fact]
    public async Task A_host_without_an_agent_cannot_be_commanded_and_the_key_is_named()
    {
        await Wait.UntilAsync("the host is known", async () =>
            (await Session.Ask(o => fleet.Operator.Fleet.GetFleetAsync(new(), o))).Hosts.Any(h => h.Host == CommandFleet.Unmapped));

        var status = await CommandFleet.RefusedAsync(() => fleet.RestartAsync(CommandFleet.Unmapped));

        Assert.Equal(StatusCode.FailedPrecondition, status.StatusCode);
        Assert.Contains($"Hosts:Overrides:{CommandFleet.Unmapped}:AgentAddress", status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_refused_leaves_no_trace_and_reaches_no_agent()
    {
        var host = await fleet.HostAsync();
        await CommandFleet.RefusedAsync(() => fleet.RestartAsync(host, reason: ""));

        Assert.Empty((await Session.Ask(o => fleet.Operator.Control.ListCommandsAsync(new() { Host = host }, o))).Commands);
        Assert.DoesNotContain((await Session.Ask(o => fleet.Operator.Audit.ListAuditAsync(new(), o))).Entries, e => e.Host == host);
    }

    [Fact]
    public async Task Ended_commands_are_counted_in_the_metrics()
    {
        var host = await fleet.HostAsync();
        fleet.Prometheus.Run(host, CommandFleet.NewStart);
        var before = await CountAsync();
        await fleet.EndOfAsync((await fleet.RestartAsync(host)).Id);

        await Wait.UntilAsync("the counter moved", async () => await CountAsync() > before);
    }

    private async Task<int> CountAsync()
    {
        using var http = new HttpClient();
        var text = await http.GetStringAsync(new Uri(fleet.Console.Metrics, "/metrics"), TestContext.Current.CancellationToken);
        return Counter().Match(text) is { Success: true } match ? int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex("fleetconsole_commands_total\\{action=\"restart\",outcome=\"succeeded\"\\} (\\d+)")]
    private static partial Regex Counter();
}
