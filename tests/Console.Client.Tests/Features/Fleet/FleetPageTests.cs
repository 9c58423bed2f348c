using Bunit;
using FleetConsole.Client.Api;
using FleetConsole.Client.Features.Fleet;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Grpc.Core;

namespace FleetConsole.Client.Tests.Features.Fleet;

public sealed class FleetPageTests : PageTest
{
    private static readonly HostSummary Known = new()
    {
        Host = "git-01",
        Version = "16.7.0",
        ProcessStartedAt = At(11, 58, 55),
        P99Seconds = 0.4,
        RequestsPerSecond = 1000,
        Scraped = true,
        Health = HealthState.Serving,
        ChildrenCpuCores = 0.89,
        VirtualMemoryBytes = 4.0 * 1024 * 1024 * 1024,
        ForkUtilisation = 0.35,
    };

    private static readonly HostSummary Unknown = new() { Host = "git-02", Health = HealthState.Unreachable };

    [Fact]
    public void Every_host_has_a_row_with_its_figures()
    {
        Give(Known, Unknown);

        var rows = Rows(Open<FleetPage>().Find("[data-testid=fleet]"));

        Assert.Equal(
            ["git-01", "serving", "16.7.0", "1 min 5 s", "2026-11-24 11:58:55", "400 ms", "1000", "0.350", "0.89", "4.0 GiB"], rows[0]);
        Assert.Equal(2, rows.Count);
    }

    [Fact]
    public void Absent_figures_are_dashes_and_an_unscraped_host_says_so()
    {
        Give(Unknown);

        var rows = Rows(Open<FleetPage>().Find("[data-testid=fleet]"));

        Assert.Equal(["git-02", "unreachable not scraped", "", "–", "–", "–", "–", "–", "–", "–"], Assert.Single(rows));
    }

    [Fact]
    public void A_figure_of_zero_is_a_zero()
    {
        var idle = new HostSummary { Host = "git-03", Scraped = true, RequestsPerSecond = 0, ForkUtilisation = 0 };
        Give(idle);

        var row = Assert.Single(Rows(Open<FleetPage>().Find("[data-testid=fleet]")));

        Assert.Equal(["–", "0.0", "0.000"], row.Skip(5).Take(3));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Stale_metrics_are_shown_and_marked(bool stale)
    {
        Give(Known);
        Server.Fleet.MetricsStale = stale;

        var page = Open<FleetPage>();

        Assert.Equal(stale, page.Find("[data-testid=fleet] tbody tr").ClassList.Contains("stale"));
        Assert.Equal(stale, page.Markup.Contains("As of 11:59:58 UTC (stale)", StringComparison.Ordinal));
        Assert.Equal("400 ms", Rows(page.Find("[data-testid=fleet]"))[0][5]);
    }

    [Fact]
    public void A_fleet_without_hosts_says_which_settings_to_compare()
    {
        Give();

        var page = Open<FleetPage>();

        Assert.Contains("Prometheus answers, but shows no host. Compare Metrics:Selector and Metrics:HostLabel", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-testid=fleet]"));
    }

    [Fact]
    public void Before_Prometheus_ever_answered_no_host_is_claimed()
    {
        Server.Fleet.Sources.Add(new SourceStatus { Kind = SourceKind.Prometheus, State = SourceState.Down, Since = At(9, 0), Message = "Connection refused." });

        var page = Open<FleetPage>();

        Assert.Contains("Prometheus has not answered yet, so no host is known.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Prometheus is down since 09:00:00 UTC.", Text(page.Find("[data-testid=source-banner]")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_call_is_told_and_what_was_shown_stays()
    {
        Give(Known);
        var page = Open<FleetPage>();

        Server.Down = new ApiException(StatusCode.Unavailable, "The console's server cannot be reached.");
        Feed.Tell(Changes.Fleet);

        page.WaitForAssertion(() => Assert.Equal("The console's server cannot be reached.", Text(page.Find(".mud-alert"))));
        Assert.Equal("git-01", Rows(page.Find("[data-testid=fleet]"))[0][0]);

        Server.Down = null;
        Feed.Tell(Changes.Fleet);

        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".mud-alert")));
    }

    [Fact]
    public void A_changed_fleet_is_asked_for_again()
    {
        Give(Known);
        var page = Open<FleetPage>();

        Server.Fleet.Hosts[0].P99Seconds = 2;
        Feed.Tell(Changes.Fleet);

        page.WaitForAssertion(() => Assert.Equal("2.00 s", Rows(page.Find("[data-testid=fleet]"))[0][5]));
        Assert.Equal(2, Server.FleetAsked);
    }

    [Fact]
    public void Changes_of_other_topics_cost_no_call()
    {
        Give(Known);
        Open<FleetPage>();

        Feed.Tell(Changes.Commands);
        Feed.Tell("unheard-of");

        Assert.Equal(1, Server.FleetAsked);
    }

    [Fact]
    public async Task A_page_that_was_left_asks_no_more()
    {
        Give(Known);
        Open<FleetPage>();
        await DisposeComponentsAsync();

        Feed.Tell(Changes.Fleet);

        Assert.Equal(1, Server.FleetAsked);
    }

    [Fact]
    public void A_host_links_to_its_page_whatever_its_name()
    {
        var odd = new HostSummary { Host = "git/01 a" };
        Give(odd);

        Assert.Equal("/hosts/git%2F01%20a", Open<FleetPage>().Find("[data-testid=fleet] tbody a").GetAttribute("href"));
    }

    private void Give(params HostSummary[] hosts)
    {
        Server.Fleet.MetricsAsOf = At(11, 59, 58);
        Server.Fleet.Hosts.AddRange(hosts.Select(host => host.Clone()));
    }
}
