using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

public sealed class OutageTests(LiveFleet fleet)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stopped_Prometheus_is_named_with_its_time_and_the_last_data_stay_marked_stale()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("operator");
        await Assertions.Expect(page.HostRow("git-1")).ToContainTextAsync("serving", new() { Timeout = Pages.Patient });
        await page.InteractiveAsync();
        await fleet.CommandAsync(Cancel, "stop", "prometheus");
        try
        {
            var banner = page.GetByTestId("source-banner");
            await Assertions.Expect(banner).ToContainTextAsync(new System.Text.RegularExpressions.Regex(@"Prometheus is down since (\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d UTC"), new() { Timeout = Pages.Patient });
            await Assertions.Expect(page.HostRow("git-1")).ToContainTextAsync("1.0.");
            await Assertions.Expect(page.Locator("tr.stale").First).ToBeVisibleAsync(new() { Timeout = Pages.Patient });
        }
        finally
        {
            await fleet.CommandAsync(Cancel, "start", "prometheus");
        }

        await Assertions.Expect(page.GetByTestId("source-banner")).ToHaveCountAsync(0, new() { Timeout = Pages.Patient });
        await Assertions.Expect(page.Locator("tr.stale")).ToHaveCountAsync(0, new() { Timeout = Pages.Patient });
    }

    [Fact]
    public async Task A_frozen_Git_RPC_server_is_named_and_recovers()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("operator", "/hosts/git-3");
        await page.InteractiveAsync();
        await fleet.CommandAsync(Cancel, "stop", "git-3");
        try
        {
            await Assertions.Expect(page.GetByTestId("source-banner")).ToContainTextAsync("The Git RPC server of git-3 is down since", new() { Timeout = Pages.Patient });
            await Assertions.Expect(page.GetByText("unreachable")).ToBeVisibleAsync(new() { Timeout = Pages.Patient });

            // Two of the three others of git-4 are healthy: too few to take one more away.
            await page.GotoAsync(fleet.Url + "/hosts/git-4");
            await page.InteractiveAsync();
            await page.GetByTestId("restart").ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Dialog).Locator("[data-testid=refusal][data-rule=healthy-share]")).ToContainTextAsync("git-3");
        }
        finally
        {
            await fleet.CommandAsync(Cancel, "start", "git-3");
        }

        await Assertions.Expect(page.GetByTestId("source-banner")).ToHaveCountAsync(0, new() { Timeout = Pages.Patient });
    }

    [Fact]
    public async Task A_killed_agent_is_named_its_server_lives_on_and_both_recover()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("operator", "/hosts/git-3");
        await page.InteractiveAsync();
        var server = fleet.Demo.ServerPid("git-3");
        await fleet.CommandAsync(Cancel, "stop", "agent-git-3");
        try
        {
            await Assertions.Expect(page.GetByTestId("source-banner")).ToContainTextAsync("The agent of git-3 is down since", new() { Timeout = Pages.Patient });
        }
        finally
        {
            await fleet.CommandAsync(Cancel, "start", "agent-git-3");
        }

        await Assertions.Expect(page.GetByTestId("source-banner")).ToHaveCountAsync(0, new() { Timeout = Pages.Patient });
        Assert.Equal(server, fleet.Demo.ServerPid("git-3"));
    }
}
