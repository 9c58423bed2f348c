using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

/// <summary>A deploy of what runs already: whatever falls, falls since processes are young again.</summary>
public sealed partial class RejuvenationTests(LiveFleet fleet)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_that_changes_nothing_is_seen_to_have_made_processes_young_again_and_nothing_else()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("operator");

        // The youth of those that run was spent beside other tests, and what comes would seem an improvement over it. So it is deployed twice, and both are young on a calm machine.
        await fleet.DeployAsync("fork", Cancel);
        foreach (var host in LiveFleet.Hosts)
            await Assertions.Expect(page.HostRow(host)).ToContainTextAsync(Aged(), new() { Timeout = Pages.Judging });
        var version = await fleet.DeployAsync("fork", Cancel);
        await page.GetByRole(AriaRole.Link, new() { Name = "Deploys" }).ClickAsync();
        await page.SeesDeployAsync(version);
        await Assertions.Expect(page.DeployRow(version).Locator("[data-verdict]")).ToHaveTextAsync("not enough data");

        await page.DeployRow(version).GetByRole(AriaRole.Link).First.ClickAsync();
        var cell = page.GetByTestId("matrix").GetByRole(AriaRole.Row).Filter(new() { HasText = "RefExists" }).Locator("td").First;
        await Assertions.Expect(cell.Locator("[data-verdict]")).ToHaveTextAsync("rejuvenation", new() { Timeout = Pages.Judging });
        await Assertions.Expect(cell).ToHaveAttributeAsync("title", NothingElse());
    }

    // By then a process answers a few times more slowly than when it began.
    [GeneratedRegex("([3-9]|[1-9][0-9]) min [0-9]+ s|[0-9]+ h")]
    private static partial Regex Aged();

    [GeneratedRegex("fell [0-9]+ %, .*of it rejuvenation: at equal age it is unchanged")]
    private static partial Regex NothingElse();
}
