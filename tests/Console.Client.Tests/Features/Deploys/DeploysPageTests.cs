using Bunit;
using FleetConsole.Client.Api;
using FleetConsole.Client.Features.Deploys;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Grpc.Core;

namespace FleetConsole.Client.Tests.Features.Deploys;

public sealed class DeploysPageTests : PageTest
{
    [Fact]
    public void A_deploy_shows_its_versions_reach_verdict_sentence_and_who_announced_it()
    {
        Server.Deploys.Deploys.Add(SomeDeploys.Partial());

        var row = Assert.Single(Rows(Open<DeploysPage>().Find("[data-testid=deploys]")));

        Assert.Equal(
            [
                "2026-11-24 10:00:00", "16.6 → 16.7", "deploy, 2 of 3 hosts", "rejuvenation",
                "RefExists: p99 fell 75 %, all of it rejuvenation: at equal age it is unchanged (-2 % to +3 %).", "0123456789 by Ada",
            ],
            row);
    }

    [Fact]
    public void Why_changes_of_version_go_unseen_is_said_on_top()
    {
        Server.Deploys.Problem = "Changes of version go unseen on git-3.";

        Assert.Equal("Changes of version go unseen on git-3.", Text(Open<DeploysPage>().Find("[data-testid=no-versions]")));
    }

    [Theory]
    [InlineData(WaveShape.Canary, "canary, 2 of 3 hosts")]
    [InlineData(WaveShape.Aborted, "aborted after 2 of 3 hosts")]
    public void The_shape_of_a_rollout_is_said_in_words(WaveShape shape, string words)
    {
        var deploy = SomeDeploys.Partial();
        deploy.Shape = shape;
        deploy.Kind = WaveKind.Rollback;
        Server.Deploys.Deploys.Add(deploy);

        Assert.Equal($"rollback, {words}", Rows(Open<DeploysPage>().Find("[data-testid=deploys]"))[0][2]);
    }

    [Fact]
    public void A_restart_that_kept_the_version_has_no_verdict()
    {
        var restart = SomeDeploys.Partial();
        restart.Kind = WaveKind.Restart;
        restart.Announced = null;
        Server.Deploys.Deploys.Add(restart);

        Assert.Equal(["16.7", "restart, 2 of 3 hosts", "–", "The version stayed.", "–"], Rows(Open<DeploysPage>().Find("[data-testid=deploys]"))[0].Skip(1));
    }

    [Fact]
    public void Without_deploys_the_page_says_what_it_looks_for()
    {
        Assert.Contains("No change of version has been seen yet.", Open<DeploysPage>().Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void An_announced_deploy_that_nobody_runs_yet_is_told()
    {
        Server.Deploys.Awaited.Add(new Announced { Version = "16.8", Author = "Ada", At = At(11, 30) });

        Assert.Equal("16.8 was announced at 11:30:00 UTC by Ada; no host runs it yet.", Text(Open<DeploysPage>().Find("[data-testid=awaited]")));
    }

    [Fact]
    public void The_address_holds_whether_restarts_are_shown_and_which_page_it_is()
    {
        Address.NavigateTo(Routes.DeploysOf(withRestarts: true, before: 7));

        var page = Open<DeploysPage>();

        Assert.Equal([new ListDeploysRequest { WithRestarts = true, BeforeId = 7 }], Server.DeploysAsked);
        Assert.Equal("/deploys", page.Find("p.muted a").GetAttribute("href"));
    }

    [Fact]
    public void A_new_verdict_appears_by_itself()
    {
        Server.Deploys.Deploys.Add(SomeDeploys.Partial());
        var page = Open<DeploysPage>();

        Server.Deploys.Deploys[0].Verdict = Verdict.Worse;
        Feed.Tell(Changes.Deploys);

        page.WaitForAssertion(() => Assert.Equal("worse", Rows(page.Find("[data-testid=deploys]"))[0][3]));
    }

    [Fact]
    public void A_list_that_cannot_be_had_says_why()
    {
        Server.Down = new ApiException(StatusCode.Unavailable, "The console's server cannot be reached.");

        Assert.Contains("The console&#x27;s server cannot be reached.", Open<DeploysPage>().Markup.Replace("'", "&#x27;", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
