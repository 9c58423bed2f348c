using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

/// <summary>Each rule as the person in front of it sees it: what refuses, who can lift it, and what lifting it takes.</summary>
public sealed class GuardRailTests(LiveFleet fleet)
{
    private static readonly JsonArray Always = [new JsonObject { ["Name"] = "night shift", ["Cron"] = "* * * * *", ["Minutes"] = 60 }];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SIGABRT_wants_a_reason_and_the_name_of_this_very_host()
    {
        fleet.Require();
        var page = await HostAsync(fleet.Url, "operator", "git-4");
        await page.GetByTestId("dump").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByText("SIGABRT").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();

        var dialog = page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog.GetByTestId("plan")).ToContainTextAsync("SIGABRT");
        var abort = dialog.GetByRole(AriaRole.Button, new() { Name = "Abort git-4" });
        foreach (var (reason, typed) in new[] { ("", "git-4"), ("it answers nothing", ""), ("it answers nothing", "git-3") })
        {
            await dialog.GetByLabel("Reason").FillAsync(reason);
            await dialog.GetByLabel("to confirm").FillAsync(typed);
            await Assertions.Expect(abort).ToBeDisabledAsync();
        }

        await dialog.GetByLabel("to confirm").FillAsync("git-4");
        await Assertions.Expect(abort).ToBeEnabledAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Assertions.Expect(page.Locator(".command[data-action=abort]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_freeze_and_an_unhealthy_rest_of_the_fleet_refuse_and_breaking_glass_lifts_only_the_freeze()
    {
        fleet.Require();
        await using var strict = await StrictConsole.StartAsync(fleet.Demo, settings =>
        {
            settings["Control"] = new JsonObject { ["Freezes"] = Always.DeepClone() };
            OnlySees(settings, "git-2");
        }, Cancel);
        var page = await HostAsync(strict.Url, "operator", "git-2");
        await page.GetByTestId("restart").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        foreach (var (rule, words) in new[] { ("freeze", "the freeze window \"night shift\""), ("healthy-share", "other hosts are healthy") })
        {
            await Assertions.Expect(Refusal(dialog, rule)).ToContainTextAsync(words);
            await Assertions.Expect(Refusal(dialog, rule)).ToContainTextAsync("permission");
        }

        await Assertions.Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Restart git-2" })).ToBeDisabledAsync();
        await Assertions.Expect(dialog.GetByLabel("Break glass")).ToHaveCountAsync(0);

        var admin = await HostAsync(strict.Url, "admin", "git-2");
        await admin.GetByTestId("restart").ClickAsync();
        var lifting = admin.GetByRole(AriaRole.Dialog);
        await lifting.GetByLabel("Break glass").CheckAsync();
        await Assertions.Expect(Refusal(lifting, "freeze")).ToHaveCountAsync(0);
        await Assertions.Expect(Refusal(lifting, "healthy-share")).ToBeVisibleAsync();
        await Assertions.Expect(lifting.GetByRole(AriaRole.Button, new() { Name = "Restart git-2" })).ToBeDisabledAsync();
    }

    [Fact]
    public async Task What_nobody_approves_expires_and_who_breaks_glass_waits_for_nobody_and_is_audited()
    {
        fleet.Require();
        await using var strict = await StrictConsole.StartAsync(fleet.Demo, settings => settings["Control"] = new JsonObject
        {
            ["Freezes"] = Always.DeepClone(),
            ["ApprovalMinutes"] = 0.1,
            ["TwoPeople"] = new JsonArray(new JsonObject { ["Actions"] = new JsonArray("restart", "profile") }),
        }, Cancel);
        var page = await HostAsync(strict.Url, "operator", "git-3");
        await page.GiveAsync("profile", "Profile", "is anybody else awake");
        var waiting = page.Locator(".command[data-action=profile]").Filter(new() { HasText = "is anybody else awake" });
        await Assertions.Expect(waiting).ToHaveAttributeAsync("data-phase", "Refused");
        await Assertions.Expect(waiting).ToContainTextAsync("Nobody approved it");

        var admin = await HostAsync(strict.Url, "admin", "git-3");
        await admin.GetByTestId("restart").ClickAsync();
        var dialog = admin.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog.GetByTestId("needs-approval")).ToBeVisibleAsync();
        await dialog.GetByLabel("Skip the evidence").CheckAsync();
        await dialog.GetByLabel("Break glass").CheckAsync();
        await dialog.GetByLabel("Reason").FillAsync("nobody else is awake");
        await dialog.GetByLabel("to confirm").FillAsync("git-3");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Restart git-3" }).ClickAsync();
        Assert.Contains("succeeded", await admin.EndedAsync("restart", "nobody else is awake"), StringComparison.Ordinal);
        await admin.GetByRole(AriaRole.Link, new() { Name = "Audit" }).ClickAsync();
        await Assertions.Expect(admin.GetByTestId("audit").GetByRole(AriaRole.Row).Filter(new() { HasText = "with break-glass" })).ToHaveCountAsync(1);
    }

    /// <summary>To this console every host but one is ill: nothing listens where it would ask for their health.</summary>
    internal static void OnlySees(JsonObject settings, string host)
    {
        var overrides = settings["Hosts"]!["Overrides"]!.AsObject();
        foreach (var (_, other) in overrides.Where(other => other.Key != host))
            other!["GitRpcAddress"] = "http://127.0.0.1:9";
    }

    internal static ILocator Refusal(ILocator dialog, string rule) => dialog.Locator($"[data-testid=refusal][data-rule={rule}]");

    private async Task<IPage> HostAsync(string url, string role, string host)
    {
        var page = await fleet.SignInAtAsync(url, role, $"/hosts/{host}");
        await page.InteractiveAsync();
        return page;
    }
}
