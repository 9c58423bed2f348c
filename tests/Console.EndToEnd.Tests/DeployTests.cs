using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

/// <summary>Deploys of the demo's past with their verdicts, and one of its present.</summary>
public sealed partial class DeployTests(LiveFleet fleet)
{
    // A first word takes six bins of fifteen seconds, a firm one some more.
    private const float Judging = 420_000;
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
    public async Task The_bug_deployed_again_only_rejuvenates_and_the_fix_after_it_is_a_true_improvement()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("operator");

        // The last host may have been restarted a moment ago; the others' ages are what there is to compare at.
        foreach (var host in Hosts.SkipLast(1))
            await Assertions.Expect(page.HostRow(host)).ToContainTextAsync(Aged(), new() { Timeout = Judging });
        await DeployAsync("fork", "1.0.6", page);
        await JudgedAsync(page, "1.0.6", "rejuvenation");
        await Assertions.Expect(Deploy(page, "1.0.6")).ToContainTextAsync("all of it rejuvenation");

        await DeployAsync("spawn", "1.0.7", page);
        await JudgedAsync(page, "1.0.7", "improved");
        await Assertions.Expect(Deploy(page, "1.0.7")).ToContainTextAsync("lower at equal age");
    }

    // From a second terminal, and until the page with all deploys shows it whole.
    private async Task DeployAsync(string mode, string version, IPage page)
    {
        await fleet.CommandAsync(Cancel, "deploy", mode);
        await page.GotoAsync(fleet.Url);
        foreach (var host in Hosts)
            await Assertions.Expect(page.HostRow(host)).ToContainTextAsync(version, new() { Timeout = Pages.Patient });
        await page.GetByRole(AriaRole.Link, new() { Name = "Deploys" }).ClickAsync();
        await Assertions.Expect(Deploy(page, version)).ToContainTextAsync("all 4 hosts");
    }

    private static ILocator Deploy(IPage page, string version) => page.Locator($"[data-testid=deploys] tr[data-version='{version}']");

    // By then a process answers several times more slowly than when it began.
    [GeneratedRegex("([3-9]|[1-9][0-9]) min [0-9]+ s|[0-9]+ h")]
    private static partial Regex Aged();

    private static Task JudgedAsync(IPage page, string version, string verdict) =>
        Assertions.Expect(Deploy(page, version).Locator("[data-verdict]"))
            .ToHaveTextAsync(verdict, new() { Timeout = Judging });
}
