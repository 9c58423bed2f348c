using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

/// <summary>Commands that need a second person, and those that stop: in a browser, on live hosts.</summary>
public sealed class ControlTests(LiveFleet fleet)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restart_waits_for_a_second_person_who_is_not_the_first()
    {
        fleet.Require();
        var asking = await fleet.SignInAsync("operator", "/hosts/git-3");
        await asking.InteractiveAsync();
        await asking.GetByTestId("restart").ClickAsync();
        var dialog = asking.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog.GetByTestId("needs-approval")).ToBeVisibleAsync();
        await dialog.GetByLabel("Reason").FillAsync("its latency drifts");
        await dialog.GetByLabel("to confirm").FillAsync("git-3");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Ask for approval" }).ClickAsync();
        await Assertions.Expect(asking.Locator(".command[data-action=restart]").First).ToHaveAttributeAsync("data-phase", "AwaitingApproval");
        await asking.GotoAsync(fleet.Url + "/commands");
        await asking.InteractiveAsync();
        var own = asking.GetByTestId("waiting").Locator("[data-host=git-3]");
        await Assertions.Expect(own.GetByRole(AriaRole.Button, new() { Name = "Withdraw" })).ToBeVisibleAsync();
        await Assertions.Expect(own.GetByRole(AriaRole.Button, new() { Name = "Approve" })).ToHaveCountAsync(0);

        var second = await fleet.SignInAsync("admin", "/commands");
        await second.InteractiveAsync();
        await second.GetByTestId("waiting").Locator("[data-host=git-3]").GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        var decision = second.GetByRole(AriaRole.Dialog);
        await decision.GetByLabel("Reason").FillAsync("agreed");
        await decision.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();

        // The one who asked sees it run without doing anything.
        await Assertions.Expect(asking.GetByTestId("waiting")).ToHaveCountAsync(0);
        await Assertions.Expect(asking.GetByTestId("commands").GetByRole(AriaRole.Row).Filter(new() { HasText = "git-3" }).First)
            .ToHaveAttributeAsync("data-phase", "Succeeded");
    }

    [Fact]
    public async Task A_rolling_restart_stops_at_a_bad_batch_and_another_restart_is_refused_meanwhile()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("operator", "/commands");
        await page.InteractiveAsync();

        // Open beforehand: the first batch runs for some seconds only.
        var other = await HostAsync("git-2");
        var asked = await HostAsync("git-4");
        await asked.GetByTestId("restart").ClickAsync();
        await ConfirmAsync(asked, "git-4", "asked before the rule held");
        await Assertions.Expect(asked.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Restart git-4" })).ToBeEnabledAsync();
        await fleet.CommandAsync(Cancel, "stop", "agent-git-4");
        try
        {
            await StartAsync(page, "git-1", "git-4");
            var rollout = page.GetByTestId("rollout").First;
            await Assertions.Expect(rollout.Locator("a", new() { HasText = "git-1" })).ToHaveAttributeAsync("data-phase", "Running");

            // Its plan had said that nothing would refuse it; the server looks again.
            await asked.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Restart git-4" }).ClickAsync();
            await Assertions.Expect(asked.GetByTestId("refused")).ToContainTextAsync("Refused by the rule concurrency");
            await RefusedAsync(other, "git-2", "concurrency");

            await Assertions.Expect(rollout.GetByTestId("rollout-phase")).ToHaveTextAsync("stopped", new() { Timeout = 240_000 });
            await Assertions.Expect(rollout.Locator("a", new() { HasText = "git-1" })).ToHaveAttributeAsync("data-phase", "Restarted");
            await Assertions.Expect(rollout.GetByTestId("rollout-message")).ToContainTextAsync("git-4");
            await RefusedAsync(await HostAsync("git-1"), "git-1", "cool-down");
        }
        finally
        {
            await fleet.CommandAsync(Cancel, "start", "agent-git-4");
        }

        await page.GetByTestId("rollout").First.GetByRole(AriaRole.Button, new() { Name = "Abort" }).ClickAsync();
        var decision = page.GetByRole(AriaRole.Dialog);
        await decision.GetByLabel("Reason").FillAsync("the test is over");
        await decision.GetByRole(AriaRole.Button, new() { Name = "Abort" }).ClickAsync();
        await Assertions.Expect(page.GetByTestId("rollout").First.GetByTestId("rollout-phase")).ToHaveTextAsync("aborted");
    }

    private static async Task StartAsync(IPage page, params string[] hosts)
    {
        await page.GetByTestId("roll").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        foreach (var host in hosts)
            await dialog.GetByLabel(host, new() { Exact = true }).CheckAsync();
        await dialog.GetByLabel("Pause, seconds").FillAsync("0");
        await dialog.GetByLabel("Reason").FillAsync("rejuvenation");
        await dialog.GetByLabel("Type the number").FillAsync($"{hosts.Length}");
        await dialog.GetByRole(AriaRole.Button, new() { Name = $"Restart {hosts.Length} hosts" }).ClickAsync();
    }

    private async Task<IPage> HostAsync(string host)
    {
        var page = await fleet.SignInAsync("operator", $"/hosts/{host}");
        await page.InteractiveAsync();
        return page;
    }

    private static async Task RefusedAsync(IPage page, string host, string rule)
    {
        await page.GetByTestId("restart").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog).Locator($"[data-testid=refusal][data-rule={rule}]")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = $"Restart {host}" })).ToBeDisabledAsync();
    }

    private static async Task ConfirmAsync(IPage page, string host, string reason)
    {
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Reason").FillAsync(reason);
        await dialog.GetByLabel("to confirm").FillAsync(host);
    }
}
