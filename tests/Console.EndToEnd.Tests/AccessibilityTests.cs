using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

public sealed class AccessibilityTests(LiveFleet fleet)
{
    [Theory]
    [InlineData("/")]
    [InlineData("/latency?range=7d")]
    [InlineData("/hosts/git-1")]
    [InlineData("/audit")]
    [InlineData("/commands")]
    [InlineData("/findings")]
    [InlineData("/findings/1")]
    [InlineData("/deploys")]
    [InlineData("/deploys/1")]
    [InlineData("/captures")]
    [InlineData("/captures/rules")]
    public async Task A_page_is_accessible_in_the_dark_and_in_the_light_and_keeps_to_the_policy(string path)
    {
        fleet.Require();
        var page = await fleet.SignInAsync("operator", path, "dark");
        await page.InteractiveAsync();
        Assert.Equal("", await SeriousAsync(page));

        await page.GetByLabel("Switch to light colours").ClickAsync();
        await Assertions.Expect(page.GetByLabel("Switch to dark colours")).ToBeVisibleAsync();
        Assert.Equal("", await SeriousAsync(page));
        Assert.Empty(fleet.PolicyViolations);
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
