using Bunit;
using FleetConsole.Client.Api;
using FleetConsole.Client.Components;
using FleetConsole.Client.Features.Latency;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FleetConsole.Client.Tests.Features.Latency;

public sealed class LatencyPageTests : PageTest
{
    public LatencyPageTests()
    {
        Server.Fleet.MetricsAsOf = At(11, 59, 58);
        Server.Fleet.Hosts.Add(new HostSummary { Host = "git-01" });
        Server.Fleet.Hosts.Add(new HostSummary { Host = "git-02" });
        Server.Fleet.Methods.Add("gitaly.RefService/RefExists");
        Server.Curves.MergeFrom(SomeCurves.TwoHosts());
    }

    [Fact]
    public void The_page_asks_for_what_its_address_says()
    {
        Address.NavigateTo("/latency?host=git-02&host=git%2F01%20%26%20co&method=gitaly.RefService%2FRefExists&q=0.5&range=24h&axis=time&scale=linear");

        var page = Open<LatencyPage>();

        var asked = Assert.Single(Server.CurvesAsked);
        Assert.Equal(["git-02", "git/01 & co"], asked.Hosts);
        Assert.Equal(["gitaly.RefService/RefExists"], asked.Methods);
        Assert.Equal(0.5, asked.Quantile);
        Assert.Equal(Noon.AddDays(-1).ToTimestamp(), asked.From);
        Assert.Equal(Noon.ToTimestamp(), asked.To);
        Assert.Equal("Latency over time", page.Find("h1").TextContent);
    }

    [Fact]
    public async Task A_point_of_a_line_leads_to_the_captures_nearest_in_age()
    {
        // The server may send curves in any order; lines are drawn by process.
        var (first, last) = (Server.Curves.Curves[0], Server.Curves.Curves[2]);
        (Server.Curves.Curves[0], Server.Curves.Curves[2]) = (last, first);
        Address.NavigateTo("/latency");
        var page = Open<LatencyPage>();

        await page.InvokeAsync(() => page.FindComponent<AgeChart>().Instance.OnPoint.InvokeAsync((2, TimeSpan.FromMinutes(90))));

        Assert.EndsWith("/captures?host=git-02&age=5400", Address.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void From_a_capture_the_chart_ends_after_it_and_marks_it()
    {
        Address.NavigateTo("/latency?host=git-01&range=6h&captured=2026-11-24T00:30:00Z&until=2026-11-24T02:36:00Z");
        var page = Open<LatencyPage>();

        Assert.Equal(At(2, 36).ToDateTimeOffset(), Assert.Single(Server.CurvesAsked).To.ToDateTimeOffset());
        Assert.Equal([new ChartMark(1_800, "captured")], page.FindComponent<AgeChart>().Instance.Marks);
        Assert.Equal("Until 2026-11-24 02:36:00 UTC. Until now", Text(page.Find("[data-testid=until]")));

        Address.NavigateTo("/latency?host=git-01&range=6h&captured=2026-11-24T00:30:00Z");
        page.WaitForAssertion(() => Assert.Equal(Noon.ToTimestamp(), Server.CurvesAsked[^1].To));
        Address.NavigateTo("/latency?range=6h&captured=2026-11-24T00:30:00Z");
        page.WaitForAssertion(() => Assert.Empty(page.FindComponent<AgeChart>().Instance.Marks));
    }

    [Fact]
    public void The_bare_address_asks_for_the_p99_of_three_days_of_every_host()
    {
        Address.NavigateTo("/latency");

        var page = Open<LatencyPage>();

        var asked = Assert.Single(Server.CurvesAsked);
        Assert.Empty(asked.Hosts);
        Assert.Empty(asked.Methods);
        Assert.Equal(0.99, asked.Quantile);
        Assert.Equal(Noon.AddDays(-3).ToTimestamp(), asked.From);
        Assert.Equal("Latency over process age", page.Find("h1").TextContent);
    }

    [Fact]
    public void A_new_address_asks_again()
    {
        Address.NavigateTo("/latency");
        var page = Open<LatencyPage>();

        Address.NavigateTo("/latency?range=7d");

        page.WaitForAssertion(() => Assert.Equal(2, Server.CurvesAsked.Count));
        Assert.Equal(Noon.AddDays(-7).ToTimestamp(), Server.CurvesAsked[1].From);
    }

    [Theory]
    [InlineData("/latency?axis=time", "Latency over time")]
    [InlineData("/latency?scale=linear", "Latency over process age")]
    [InlineData("/latency?age=1h", "Latency over process age")]
    public void Another_axis_scale_or_age_draws_the_same_data(string address, string title)
    {
        Address.NavigateTo("/latency");
        var page = Open<LatencyPage>();

        Address.NavigateTo(address);

        page.WaitForAssertion(() => Assert.Equal(title, page.Find("h1").TextContent));
        Assert.Single(Server.CurvesAsked);
    }

    [Fact]
    public void Going_back_while_an_answer_is_awaited_ends_with_the_data_of_the_address()
    {
        Address.NavigateTo("/latency");
        var page = Open<LatencyPage>();
        var answer = new TaskCompletionSource();
        Server.CurvesMayAnswer = answer.Task;

        Address.NavigateTo("/latency?range=7d");
        Address.NavigateTo("/latency");
        answer.SetResult();

        page.WaitForAssertion(() => Assert.Equal(Noon.AddDays(-3).ToTimestamp(), Server.CurvesAsked[^1].From));
        Assert.Equal(3, Server.CurvesAsked.Count);
    }

    [Fact]
    public void A_failed_look_does_not_swallow_the_one_that_waits_behind_it()
    {
        Address.NavigateTo("/latency");
        var page = Open<LatencyPage>();
        var answer = new TaskCompletionSource();
        Server.CurvesMayAnswer = answer.Task;
        Server.PrometheusDown = new ApiException(StatusCode.InvalidArgument, "The range is too long.");

        Address.NavigateTo("/latency?range=30d");
        Server.PrometheusDown = null;
        Address.NavigateTo("/latency?range=7d");
        answer.SetResult();

        page.WaitForAssertion(() => Assert.Equal(Noon.AddDays(-7).ToTimestamp(), Server.CurvesAsked[^1].From));
        Assert.Empty(page.FindAll(".mud-alert"));
    }

    [Fact]
    public void A_stopped_Prometheus_keeps_the_old_chart_and_marks_it()
    {
        Address.NavigateTo("/latency");
        var page = Open<LatencyPage>();
        Assert.Empty(page.FindAll(".stale"));

        Server.PrometheusDown = new ApiException(StatusCode.Unavailable, "Prometheus does not answer.");
        Server.Fleet.Sources.Add(new SourceStatus { Kind = SourceKind.Prometheus, State = SourceState.Down, Since = At(11, 0), Message = "Connection refused." });
        Feed.Tell(Changes.Fleet);

        page.WaitForAssertion(() => Assert.Equal("Prometheus does not answer.", Text(page.Find(".mud-alert"))));
        Assert.Equal("3", page.Find(".stale [data-testid=age-chart]").GetAttribute("data-traces"));
        Assert.StartsWith("Prometheus is down since 11:00:00 UTC.", Text(page.Find("[data-testid=source-banner]")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_first_look_that_fails_shows_no_chart_and_says_why()
    {
        Server.PrometheusDown = new ApiException(StatusCode.Unavailable, "Prometheus does not answer.");

        var page = Open<LatencyPage>();

        Assert.Equal("Prometheus does not answer.", Text(page.Find(".mud-alert")));
        Assert.Contains("There is nothing to show yet.", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-testid=age-chart]"));
    }

    [Fact]
    public void A_range_without_latency_says_what_to_change()
    {
        Server.Curves.Curves.Clear();

        var page = Open<LatencyPage>();

        Assert.Contains("No latency in this range. Choose a longer range, other hosts or other methods.", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void The_numbers_stand_below_the_chart_and_the_query_behind_them()
    {
        var page = Open<LatencyPage>();

        var rows = Rows(page.Find("[data-testid=curve-table]"));
        Assert.Equal(["git-01", "16.7", "2026-11-24 04:00:00", "1.0", "100 ms", "150 ms", "150 ms", "2"], rows[0]);
        Assert.Equal(3, rows.Count);
        Assert.Equal("histogram_quantile(0.99, latency)", page.Find("details code").TextContent);
    }

    [Fact]
    public void Sources_that_do_not_bear_on_latency_are_not_shown_here()
    {
        Server.Fleet.Sources.Add(new SourceStatus { Kind = SourceKind.Agent, Name = "git-01", State = SourceState.Down, Since = At(9, 0) });

        Assert.Empty(Open<LatencyPage>().FindAll("[data-testid=source-banner]"));
    }

    [Fact]
    public void A_deploy_that_is_known_is_linked_below_the_chart()
    {
        Server.Curves.Deploys.Add(new DeployMark { ToVersion = "16.7", FirstRestartAt = At(4, 0), Id = 7 });
        Server.Curves.Deploys.Add(new DeployMark { ToVersion = "16.8", FirstRestartAt = At(5, 0) });

        var links = Open<LatencyPage>().FindAll("[data-testid=deploy-links] a");

        Assert.Equal(["/deploys/7"], links.Select(link => link.GetAttribute("href")));
    }
}
