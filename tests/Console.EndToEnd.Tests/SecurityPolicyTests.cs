namespace FleetConsole.EndToEnd.Tests;

/// <summary>The content security policy, as a browser enforces it; that no page needs more is held by every test that opens one.</summary>
public sealed class SecurityPolicyTests(LiveFleet fleet)
{
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
