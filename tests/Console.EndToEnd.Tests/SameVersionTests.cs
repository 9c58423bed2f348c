using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

/// <summary>A deploy that changes nothing, as it comes.</summary>
public sealed class SameVersionTests(LiveFleet fleet)
{
    [Fact]
    public async Task A_deploy_is_seen_host_by_host_and_not_judged_by_its_first_seconds()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("viewer", "/deploys");
        var version = await fleet.DeployTheSameAsync(TestContext.Current.CancellationToken);

        await page.SeesDeployAsync(version);
        await Assertions.Expect(page.DeployRow(version).Locator("[data-verdict]")).ToHaveTextAsync("not enough data");
    }
}

/// <summary>The same deploy when its processes have some age: what fell, fell since they were young again.</summary>
public sealed partial class RejuvenationTests(LiveFleet fleet)
{
    private const float Judging = 420_000;

    [Fact]
    public async Task A_version_that_changes_nothing_only_made_the_processes_young_again()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("viewer", "/deploys");
        var version = await fleet.DeployTheSameAsync(TestContext.Current.CancellationToken);
        await page.SeesDeployAsync(version);
        await page.DeployRow(version).GetByRole(AriaRole.Link).First.ClickAsync();

        var cell = page.GetByTestId("matrix").GetByRole(AriaRole.Row).Filter(new() { HasText = "RefExists" }).Locator("td").First;
        await Assertions.Expect(cell.Locator("[data-verdict]")).ToHaveTextAsync("rejuvenation", new() { Timeout = Judging });
        await Assertions.Expect(cell).ToHaveAttributeAsync("title", OnlyRejuvenation());
    }

    [GeneratedRegex("fell [0-9]+ %, .*of it rejuvenation: at equal age it is unchanged")]
    private static partial Regex OnlyRejuvenation();
}
