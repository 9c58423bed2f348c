using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features;

/// <summary>The console dies in the middle of a command: what its database and the agent's journal say is the truth.</summary>
public sealed class ConsoleKilledTests(CommandFleet fleet) : IClassFixture<CommandFleet>
{
    [Fact]
    public async Task A_restart_is_taken_up_by_its_id_and_done_once()
    {
        var host = await fleet.HostAsync();
        var agentDone = new TaskCompletionSource<CommandOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        fleet.Agent.Restarts = _ => agentDone.Task;
        var id = (await fleet.RestartAsync(host)).Id;
        await Wait.UntilAsync("the agent was asked", () => fleet.Agent.Acted.Contains(id));

        await fleet.Console.Run.KillAsync();
        agentDone.SetResult(FakeAgent.Succeeded(CommandFleet.NewStart));
        fleet.Prometheus.Run(host, CommandFleet.NewStart);
        await fleet.StartAsync();
        var end = await fleet.EndOfAsync(id);

        Assert.Equal(CommandPhase.Succeeded, end.Phase);
        Assert.Single(fleet.Agent.Acted, id);
        Assert.Equal([AuditPhase.Intent, AuditPhase.Outcome], (await fleet.AuditAsync(id)).Select(r => r.Phase));
    }

    [Fact]
    public async Task An_interrupted_profile_has_failed_and_is_not_taken_again()
    {
        var host = await fleet.HostAsync();
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fleet.Agent.Profiles = (_, _) => never.Task;
        var id = (await fleet.ProfileAsync(host)).Id;
        await Wait.UntilAsync("the agent was asked", () => fleet.Agent.ProfileCalls.Any(c => c.CommandId == id));

        await fleet.Console.Run.KillAsync();
        never.SetResult();
        await fleet.StartAsync();
        var end = await fleet.EndOfAsync(id);

        Assert.Equal(CommandPhase.Failed, end.Phase);
        Assert.Contains("The console ended while the profile was taken", end.Message, StringComparison.Ordinal);
        Assert.Single(fleet.Agent.ProfileCalls, c => c.CommandId == id);
    }

    /// <summary>
    /// The console is killed at points 80 ms apart, from the request to beyond the end of a restart with evidence: whatever
    /// it was doing, the truth is recorded and the host was restarted once.
    /// </summary>
    [Fact]
    public async Task Killed_at_twenty_points_of_a_restart_it_records_the_truth_and_restarts_once()
    {
        const int Points = 20;
        var step = TimeSpan.FromMilliseconds(80);
        fleet.Agent.Profiles = async (_, stream) =>
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
            await FakeAgent.SendAsync(stream, [1, 2, 3], CommandFleet.OldStart);
        };
        var outcomes = new List<string>();
        for (var point = 0; point < Points; point++)
        {
            var host = await fleet.HostAsync();
            fleet.Agent.Restarts = async _ =>
            {
                await Task.Delay(300, TestContext.Current.CancellationToken);
                fleet.Prometheus.Run(host, CommandFleet.NewStart);
                return FakeAgent.Succeeded(CommandFleet.NewStart);
            };
            var key = CommandFleet.NewKey();
            var asked = TryRestartAsync(host, key);
            await Task.Delay(point * step, TestContext.Current.CancellationToken);
            await fleet.Console.Run.KillAsync();
            await asked;
            await fleet.StartAsync();

            // Whoever heard no answer asks again with the same key.
            var id = (await RestartAsync(host, key)).Id;
            var end = await fleet.EndOfAsync(id);
            outcomes.Add($"{point}: {end.Phase}");
            Assert.Equal(CommandPhase.Succeeded, end.Phase);
            Assert.Single(fleet.Agent.Acted, id);
            Assert.Equal([AuditPhase.Intent, AuditPhase.Outcome], (await fleet.AuditAsync(id)).Select(row => row.Phase));
        }

        Assert.Equal(Points, outcomes.Count);
        Assert.Contains("unbroken", (await fleet.Console.CommandAsync(["audit", "verify"])).Output, StringComparison.Ordinal);
    }

    private Task<CommandView> RestartAsync(string host, string key) => Session.Ask(o => fleet.Operator.Control.RestartAsync(
        new() { Host = host, Reason = "a test", IdempotencyKey = key, ConfirmHost = host }, o));

    private async Task TryRestartAsync(string host, string key)
    {
        try
        {
            await RestartAsync(host, key);
        }
        catch (Grpc.Core.RpcException)
        {
            // The console was gone before it answered.
        }
    }

    [Fact]
    public async Task A_session_outlives_the_console()
    {
        var cookies = fleet.Operator.Cookies.GetCookieHeader(fleet.Console.Browser);
        await fleet.Console.Run.KillAsync();
        await fleet.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        http.DefaultRequestHeaders.Add("Cookie", cookies);

        using var answer = await http.GetAsync(new Uri(fleet.Console.Browser, "/audit"), TestContext.Current.CancellationToken);

        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
    }
}
