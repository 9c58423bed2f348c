using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

/// <summary>Profiles of live servers, read in a browser.</summary>
public sealed partial class CaptureTests(LiveFleet fleet)
{
    private const string Host = "git-4";

    // How long it may take until the process is old enough; the host goes on growing until it locks up.
    private const float Growing = 420_000;

    [Fact]
    public async Task The_difference_of_an_old_and_a_young_process_names_the_fork_path()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("operator", $"/hosts/{Host}");
        await page.InteractiveAsync();

        // By then a fork costs several times what it costs a young process.
        await Assertions.Expect(page.GetByTestId("process-age")).ToHaveTextAsync(OldEnough(), new() { Timeout = Growing });
        var old = await ProfileAsync(page, "an old process");
        var before = await page.GetByTestId("process-start").InnerTextAsync();
        await page.GiveAsync("restart", $"Restart {Host}", "to compare it with itself");
        Assert.Contains("succeeded", await page.EndedAsync("restart"), StringComparison.Ordinal);
        await Assertions.Expect(page.GetByTestId("process-start")).Not.ToHaveTextAsync(before);
        var young = await ProfileAsync(page, "a young process");

        await page.GotoAsync($"{fleet.Url}{old}?base={young["/captures/".Length..]}");
        await page.InteractiveAsync();
        await Assertions.Expect(page.GetByTestId("profile-note")).ToContainTextAsync("git-rpc-server/spawn.");
        await Assertions.Expect(page.GetByTestId("top")).ToContainTextAsync("git-rpc-server/spawn.forkExec");

        // The graph can be walked by keys, and what it shows stands in its address.
        var graph = page.GetByTestId("flame").Locator("canvas");
        await graph.FocusAsync();
        await page.Keyboard.PressAsync("ArrowUp");
        await page.Keyboard.PressAsync("ArrowUp");
        await Assertions.Expect(page.GetByTestId("flame-status")).ToContainTextAsync("→");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(Focused());
        await Assertions.Expect(page.GetByTestId("focus")).ToContainTextAsync("All");
    }

    // The address of the profile.
    private static async Task<string> ProfileAsync(IPage page, string reason)
    {
        await page.GiveAsync("profile", "Profile", reason);
        Assert.Contains("succeeded", await page.EndedAsync("profile"), StringComparison.Ordinal);
        var row = page.GetByTestId("captures").GetByRole(AriaRole.Row).Filter(new() { HasText = reason });
        await Assertions.Expect(row).ToHaveCountAsync(1);
        return await row.GetByRole(AriaRole.Link).First.GetAttributeAsync("href") ?? throw new InvalidOperationException("A capture without an address.");
    }

    // Minutes alone: the last process of the history, which ends as the live one begins, is hours old.
    [GeneratedRegex(@"^\s*([2-9]|[1-9][0-9]) min")]
    private static partial Regex OldEnough();

    [GeneratedRegex("focus=[0-9]+")]
    private static partial Regex Focused();
}
