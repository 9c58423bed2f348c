using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

/// <summary>Two deploys that look alike on every chart over time: latency falls at both.</summary>
public sealed class DeployTests(LiveFleet fleet)
{
    // A first word takes six bins of 15 s, and a firm one some more.
    private const float UntilJudged = 480_000;

    // Old enough that a restart lowers latency visibly, and that six bins of its youth are there to compare with.
    private static readonly Regex OldEnough = new(@"([3-9]|\d\d) min \d+ s|\d h");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fork_over_fork_is_rejuvenation_and_spawn_over_fork_a_true_improvement_at_equal_age()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("operator");

        // The first version's youth was the demo's own start, when the whole machine was busy: it is no yardstick.
        await DeployAsync(page, "fork", "1.0.6");
        await GrowingAsync(await fleet.SignInAsync("viewer", "/hosts/git-4"));
        await AgedAsync(page);
        await DeployAsync(page, "fork", "1.0.7");
        await page.GetByRole(AriaRole.Link, new() { Name = "Deploys" }).ClickAsync();
        await JudgedAsync(page, "1.0.7", "rejuvenation");

        await page.GetByRole(AriaRole.Link, new() { Name = "Fleet", Exact = true }).ClickAsync();
        await AgedAsync(page);
        await DeployAsync(page, "spawn", "1.0.8");
        await page.GetByRole(AriaRole.Link, new() { Name = "Deploys" }).ClickAsync();
        await JudgedAsync(page, "1.0.8", "improved");

        await page.Locator("[data-testid=deploys] tr[data-version='1.0.8'] a").First.ClickAsync();
        await Assertions.Expect(page.GetByTestId("sentence")).ToContainTextAsync("lower at equal age", new() { Timeout = Pages.Patient });
        await page.WaitForLinesAsync(atLeast: 8);
        await Assertions.Expect(page.GetByTestId("matrix").Locator("thead th")).ToHaveCountAsync(6);
        await Assertions.Expect(page.GetByTestId("rollout").Locator("tbody tr")).ToHaveCountAsync(4);
    }

    private async Task DeployAsync(IPage page, string mode, string version)
    {
        await fleet.CommandAsync(Cancel, "deploy", mode);
        foreach (var host in new[] { "git-1", "git-2", "git-3", "git-4" })
            await Assertions.Expect(page.HostRow(host)).ToContainTextAsync(version, new() { Timeout = Pages.Patient });
    }

    // git-4 grows without bound under fork, and its page says how long it has.
    private static async Task GrowingAsync(IPage page)
    {
        await Assertions.Expect(page.GetByTestId("fork-lock")).ToContainTextAsync("locks up in", new() { Timeout = UntilJudged });
        await Assertions.Expect(page.GetByTestId("forecast")).ToContainTextAsync("if fork time goes on rising", new() { Timeout = Pages.Patient });
    }

    private static async Task AgedAsync(IPage page)
    {
        foreach (var host in new[] { "git-1", "git-2", "git-3", "git-4" })
            await Assertions.Expect(page.HostRow(host)).ToContainTextAsync(OldEnough, new() { Timeout = UntilJudged });
    }

    private static Task JudgedAsync(IPage page, string version, string verdict) =>
        Assertions.Expect(page.Locator($"[data-testid=deploys] tr[data-version='{version}'] [data-verdict]"))
            .ToHaveTextAsync(verdict, new() { Timeout = UntilJudged });
}
