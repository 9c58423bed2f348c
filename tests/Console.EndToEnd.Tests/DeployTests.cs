using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

/// <summary>Deploys of the demo's past with their verdicts, and one of its present.</summary>
public sealed class DeployTests(LiveFleet fleet)
{
    private static readonly string[] Hosts = ["git-1", "git-2", "git-3", "git-4"];

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
    }

    [Fact]
    public async Task A_deploy_from_a_second_terminal_is_seen_and_the_host_that_grows_says_how_long_it_has()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("operator");
        await fleet.CommandAsync(Cancel, "deploy", "fork");
        foreach (var host in Hosts)
            await Assertions.Expect(page.HostRow(host)).ToContainTextAsync("1.0.6", new() { Timeout = Pages.Patient });
        await page.GetByRole(AriaRole.Link, new() { Name = "Deploys" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-testid=deploys] tr[data-version='1.0.6']")).ToContainTextAsync("all 4 hosts", new() { Timeout = Pages.Patient });

        await page.GotoAsync(fleet.Url + "/hosts/git-4");
        await Assertions.Expect(page.GetByTestId("fork-lock")).ToContainTextAsync("locks up in", new() { Timeout = 600_000 });
        await Assertions.Expect(page.GetByTestId("forecast")).ToContainTextAsync("if fork time goes on rising", new() { Timeout = Pages.Patient });
    }

    private static Task JudgedAsync(IPage page, string version, string verdict) =>
        Assertions.Expect(page.Locator($"[data-testid=deploys] tr[data-version='{version}'] [data-verdict]"))
            .ToHaveTextAsync(verdict, new() { Timeout = Pages.Patient });
}
