using System.Diagnostics;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Tests.Systemd;

/// <summary>
/// What a restart by the agent costs over `systemctl restart`, by turns on one unit. The bar is for `./bench.sh agent` on a
/// machine that does nothing else; here every restart has to succeed, however long it takes.
/// </summary>
[Collection(OneSystemd.Name)]
public sealed class RestartOverheadTests(SystemdContainer container, ITestOutputHelper output)
{
    private const int Pairs = 21;
    private static readonly TimeSpan Bar = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Restarts_by_the_agent_and_by_systemctl_take_turns_on_one_unit()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("FLEETCONSOLE_AGENT") is null,
            "FLEETCONSOLE_AGENT names no native agent; the bar is the native one's.");
        var (own, agents) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var i = 0; i < Pairs; i++)
        {
            own.Add(await container.TimeRestartAsync("git-timed"));
            var begun = Stopwatch.GetTimestamp();
            var outcome = await container.Agent.RestartAsync(
                new() { CommandId = $"timed-{i}", Unit = "git-timed", RequestedBy = "bench" }, cancellationToken: TestContext.Current.CancellationToken);
            agents.Add(Stopwatch.GetElapsedTime(begun));
            Assert.True(outcome.State == CommandState.Succeeded, outcome.Message);
        }

        var (systemctl, agent, overhead) = (Median(own), Median(agents), Median([.. agents.Zip(own, (a, o) => a - o)]));
        output.WriteLine($"median of {Pairs}: systemctl restart {systemctl.TotalMilliseconds:F1} ms, by the agent {agent.TotalMilliseconds:F1} ms, overhead {overhead.TotalMilliseconds:F1} ms (median of the pairs)");
        Assert.True(overhead < Bar || Environment.GetEnvironmentVariable("FLEETCONSOLE_BENCH") is null, $"{overhead} over {systemctl}");
    }

    private static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);
}
