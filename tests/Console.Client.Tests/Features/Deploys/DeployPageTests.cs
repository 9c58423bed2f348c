using Bunit;
using FleetConsole.Client.Components;
using FleetConsole.Client.Features.Deploys;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Tests.Features.Deploys;

public sealed class DeployPageTests : PageTest
{
    public DeployPageTests() => Server.DeploysById[7] = SomeDeploys.Judged();

    [Fact]
    public void The_sentence_comes_first_with_its_verdict_in_words()
    {
        var page = Show();

        Assert.Equal("16.6 → 16.7", Text(page.Find("h1")));
        Assert.StartsWith("rejuvenation RefExists: p99 fell 75 %", Text(page.Find("[data-testid=sentence]")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_matrix_has_a_row_for_each_method_and_a_column_for_each_host()
    {
        var matrix = Show().Find("[data-testid=matrix]");

        Assert.Equal(["Method", "All hosts", "git-01", "git-02"], matrix.QuerySelectorAll("thead th").Select(Text));
        Assert.Equal(["RefExists", "FindAllBranchNames"], matrix.QuerySelectorAll("tbody th").Select(Text));
        Assert.Equal(["rejuvenation p99 +1 % (-2 to +3 %)", "rejuvenation p99 +1 % (-2 to +3 %)", "rejuvenation p99 +1 % (-2 to +3 %)"], Rows(matrix)[0]);
        Assert.Equal(["not enough data p99 –", "not enough data p99 –", "not enough data p99 –"], Rows(matrix)[1]);
    }

    [Fact]
    public void While_p99_has_no_word_the_cell_is_of_p50_and_says_so()
    {
        Server.DeploysById[7].Verdicts.Add(new LatencyVerdict
        {
            Host = "git-01",
            Method = SomeDeploys.FindAllBranchNames,
            Quantile = 0.5,
            Verdict = Verdict.Worse,
            AtEqualAge = new() { Ratio = 1.5, Low = 1.2, High = 1.9 },
        });

        Assert.Equal("worse p50 +50 % (+20 to +90 %)", Rows(Show().Find("[data-testid=matrix]"))[1][1]);
    }

    [Fact]
    public void Chart_and_numbers_are_of_the_method_of_the_sentence()
    {
        var page = Show();

        var chart = page.FindComponent<AgeChart>().Instance;
        Assert.Equal(["git-01 · 16.6", "git-01 · 16.7", "git-02 · 16.6", "git-02 · 16.7"], chart.Traces.Select(t => t.Name));
        Assert.Equal(["dash", "solid", "dash", "solid"], chart.Traces.Select(t => t.Dash));

        // Twice the age that the new processes have reached.
        Assert.Equal(TimeSpan.FromSeconds(900), chart.MaxAge);
        var rows = Rows(page.Find("[data-testid=verdict-numbers]"));
        Assert.Equal(
            ["all", "p99", "rejuvenation", "-75 % (-80 to -70 %)", "+1 % (-2 to +3 %)", "0 % (-10 to +10 %)", "2.5 min to 60 min", "12 of 5 min", "8.0, 9.0", "3", "1"],
            rows[0]);
    }

    [Fact]
    public void The_address_holds_the_method_that_is_shown()
    {
        Address.NavigateTo(Routes.DeployOf(7, SomeDeploys.FindAllBranchNames));

        var page = Show();

        Assert.Contains("FindAllBranchNames: before and after", page.Markup, StringComparison.Ordinal);
        Assert.Equal("–", Rows(page.Find("[data-testid=verdict-numbers]"))[0][4]);
    }

    [Fact]
    public void The_rollout_is_listed_host_by_host_and_the_control_group_after_it()
    {
        var rows = Rows(Show().Find("[data-testid=rollout]"));

        Assert.Equal(["git-01", "2026-11-24 10:00:00", "–", "16.6", "1 d 0 h"], rows[0]);
        Assert.Equal(["git-02", "2026-11-24 10:03:00", "3 min 0 s", "16.6", "2 d 0 h"], rows[1]);
        Assert.Equal(["git-03", "not restarted: control group"], rows[2]);
    }

    [Fact]
    public void What_the_deploy_tool_told_is_linked()
    {
        var link = Show().Find("[data-testid=announced] a");

        Assert.Equal(("https://ci.example/42", "0123456789"), (link.GetAttribute("href"), Text(link)));
    }

    [Fact]
    public void A_deploy_that_is_not_known_says_so()
    {
        var page = Open<DeployPage>(parameters => parameters.Add(p => p.Id, 99));

        Assert.Contains("There is no deploy 99.", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_verdict_that_becomes_firmer_is_shown_by_itself()
    {
        var page = Show();

        Server.DeploysById[7].Deploy.Verdict = Verdict.Unchanged;
        Server.DeploysById[7].Deploy.Sentence = "RefExists: p99 is unchanged at equal age (-2 % to +3 %).";
        Feed.Tell(Changes.Deploys);

        page.WaitForAssertion(() => Assert.StartsWith("unchanged RefExists", Text(page.Find("[data-testid=sentence]")), StringComparison.Ordinal));
    }

    private IRenderedComponent<DeployPage> Show() => Open<DeployPage>(parameters => parameters.Add(p => p.Id, 7));
}
