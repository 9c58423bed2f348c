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
