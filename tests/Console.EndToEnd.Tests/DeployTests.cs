using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

/// <summary>Deploys of the demo's past with their verdicts, and one of its present.</summary>
public sealed partial class DeployTests(LiveFleet fleet)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_version_without_the_bug_is_a_true_improvement_at_equal_age_and_its_rollback_is_worse()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("viewer", "/deploys");
        await JudgedAsync(page, "1.0.5", "improved");
        await Assertions.Expect(page.Locator("[data-testid=deploys] tr[data-version='1.0.4']").First.Locator("[data-verdict]"))
            .ToHaveTextAsync("worse", new() { Timeout = Pages.Patient });

        await page.Locator("[data-testid=deploys] tr[data-version='1.0.5'] a").First.ClickAsync();
        await Assertions.Expect(page.GetByTestId("sentence")).ToContainTextAsync("lower at equal age", new() { Timeout = Pages.Patient });
        await page.WaitForLinesAsync(atLeast: 8);
        await Assertions.Expect(page.GetByTestId("matrix").Locator("thead th")).ToHaveCountAsync(6);
        await Assertions.Expect(page.GetByTestId("rollout").Locator("tbody tr")).ToHaveCountAsync(4);

        // The version before it changed nothing for the one method: what fell, fell since processes were young again.
        await page.GotoAsync(fleet.Url + "/deploys");
        await page.Locator("[data-testid=deploys] tr[data-version='1.0.4'] a").Last.ClickAsync();
        var cell = page.GetByTestId("matrix").GetByRole(AriaRole.Row).Filter(new() { HasText = "RefExists" }).Locator("td").First;
        await Assertions.Expect(cell.Locator("[data-verdict]")).ToHaveTextAsync("rejuvenation", new() { Timeout = Pages.Judging });
        await Assertions.Expect(cell).ToHaveAttributeAsync("title", RejuvenationOnly());
    }

    [Fact]
    public async Task The_fix_deployed_from_a_second_terminal_is_seen_and_judged_a_true_improvement()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("operator");

        // The last host may have been restarted a moment ago; the others' ages are what there is to compare at.
        foreach (var host in LiveFleet.Hosts.SkipLast(1))
            await Assertions.Expect(page.HostRow(host)).ToContainTextAsync(Aged(), new() { Timeout = Pages.Judging });
        var version = await fleet.DeployAsync("spawn", Cancel);
        await page.GetByRole(AriaRole.Link, new() { Name = "Deploys" }).ClickAsync();
        await page.SeesDeployAsync(version);
        await JudgedAsync(page, version, "improved");
        await Assertions.Expect(page.DeployRow(version)).ToContainTextAsync("lower at equal age");
    }

    [GeneratedRegex("of it rejuvenation: at equal age it is unchanged")]
    private static partial Regex RejuvenationOnly();

    // By then a process answers a few times more slowly than when it began.
    [GeneratedRegex("([2-9]|[1-9][0-9]) min [0-9]+ s|[0-9]+ h")]
    private static partial Regex Aged();

    private static Task JudgedAsync(IPage page, string version, string verdict) =>
        Assertions.Expect(page.DeployRow(version).Locator("[data-verdict]")).ToHaveTextAsync(verdict, new() { Timeout = Pages.Judging });
}
