using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

public sealed class AccessibilityTests(LiveFleet fleet)
{
    [Theory]
    [InlineData("/", "dark")]
    [InlineData("/", "light")]
    [InlineData("/latency?range=7d", "dark")]
    [InlineData("/latency?range=7d", "light")]
    [InlineData("/hosts/git-1", "dark")]
    [InlineData("/hosts/git-1", "light")]
    [InlineData("/audit", "dark")]
    [InlineData("/commands", "dark")]
    [InlineData("/commands", "light")]
    [InlineData("/findings", "dark")]
    [InlineData("/findings", "light")]
    [InlineData("/findings/1", "dark")]
    [InlineData("/findings/1", "light")]
    [InlineData("/deploys", "dark")]
    [InlineData("/deploys", "light")]
    [InlineData("/deploys/1", "dark")]
    [InlineData("/deploys/1", "light")]
    public async Task A_page_has_no_serious_accessibility_violation(string path, string theme)
    {
        fleet.Require();
        var page = await fleet.SignInAsync("operator", path, theme);
        await page.InteractiveAsync();
        Assert.Equal("", await SeriousAsync(page));
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
            .Select(violation => $"{violation.Id}: {violation.Help} ({string.Join(", ", violation.Nodes.Take(3).Select(node => node.Html))})"));
    }
}
