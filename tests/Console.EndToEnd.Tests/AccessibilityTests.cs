using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

public sealed class AccessibilityTests(LiveFleet fleet)
{
    private static readonly string[] Paths =
    [
        "/", "/latency?range=7d", "/hosts/git-1", "/audit", "/commands", "/findings", "/findings/1", "/findings/series?host=git-1", "/deploys", "/deploys/1", "/captures", "/captures/rules",
    ];

    [Fact]
    public async Task Every_page_is_accessible_in_the_dark_and_in_the_light_fits_a_narrow_window_and_keeps_to_the_policy()
    {
        fleet.Require();

        // One browser for all of them: it fetches WebAssembly once.
        var page = await fleet.SignInAsync("operator", theme: "dark");
        foreach (var path in Paths)
        {
            await page.GotoAsync(fleet.Url + path);
            await page.InteractiveAsync();
            await Assertions.Expect(page.GetByText("Asking the console's server")).ToHaveCountAsync(0);
            Assert.Equal("", await SeriousAsync(page));
            var (now, next) = await page.GetByLabel("Switch to light colours").CountAsync() > 0 ? ("light", "dark") : ("dark", "light");
            await page.GetByLabel($"Switch to {now} colours").ClickAsync();
            await Assertions.Expect(page.GetByLabel($"Switch to {next} colours")).ToBeVisibleAsync();
            Assert.Equal("", await SeriousAsync(page));
            await page.FitsNarrowlyAsync();
            Assert.Empty(fleet.PolicyViolations);
        }
    }

    [Fact]
    public async Task The_sign_in_page_has_no_serious_accessibility_violation()
    {
        fleet.Require();
        var page = await fleet.OpenAsync("/account/sign-in", "dark");
        Assert.Equal("", await SeriousAsync(page));
    }

    private static async Task<string> SeriousAsync(IPage page)
    {
        var result = await page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
        return string.Join('\n', result.Violations.Where(violation => violation.Impact is "serious" or "critical")
            .Select(violation => $"{page.Url}: {violation.Id}: {violation.Help} ({string.Join(", ", violation.Nodes.Take(3).Select(node => node.Html))})"));
    }
}
