namespace FleetConsole.EndToEnd.Tests;

/// <summary>The content security policy, as a browser enforces it.</summary>
public sealed class SecurityPolicyTests(LiveFleet fleet)
{
    [Theory]
    [InlineData("/")]
    [InlineData("/hosts/git-1")]
    [InlineData("/latency?range=7d")]
    [InlineData("/findings")]
    [InlineData("/deploys/1")]
    [InlineData("/commands")]
    public async Task A_page_needs_nothing_that_the_policy_forbids(string path)
    {
        fleet.Require();
        var page = await fleet.SignInAsync("viewer", path);
        await page.InteractiveAsync();

        Assert.Empty(fleet.PolicyViolations);
    }

    [Fact]
    public async Task A_script_that_is_not_the_consoles_does_not_run()
    {
        fleet.Require();
        var page = await fleet.OpenAsync("/account/sign-in", "dark");

        // As markup that got into a page would: a script element without the page's number.
        await page.EvaluateAsync("() => { const script = document.createElement('script'); script.textContent = 'window.strange = true'; document.body.append(script); }");

        Assert.False(await page.EvaluateAsync<bool>("() => window.strange === true"));
        Assert.Contains(fleet.PolicyViolations, violation => violation.Contains("script", StringComparison.Ordinal));
        fleet.PolicyViolations.Clear();
    }
}
