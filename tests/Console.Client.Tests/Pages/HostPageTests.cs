using Bunit;
using FleetConsole.Client.Api;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FleetConsole.Client.Tests.Pages;

public sealed class HostPageTests : HostPageBase
{
    [Fact]
    public void A_host_is_shown_with_its_figures_and_its_probes()
    {
        var facts = OpenHost().Find("[data-testid=host-facts]");

        Assert.Equal("4 h 0 min", Text(facts.QuerySelector("[data-testid=process-age]")!));
        Assert.Equal("2026-11-24 08:00:00", Text(facts.QuerySelector("[data-testid=process-start]")!));
        Assert.Contains("16.7.0, git 2.42.0", Text(facts), StringComparison.Ordinal);
        Assert.Equal("No repository is configured.", Text(Assert.Single(facts.QuerySelectorAll("dd.bad"))));
    }

    [Fact]
    public void Why_the_childrens_CPU_is_missing_is_said()
    {
        Host.Summary.ChildrenCpuNote = "The cgroup does not cover the process.";

        var page = OpenHost();

        Assert.Equal("The cgroup does not cover the process.", Text(page.Find("p.note")));
        Assert.Equal("– cores", Text(page.Find("dd[title='The cgroup does not cover the process.']")));
    }

    [Fact]
    public void A_host_nobody_ever_saw_is_told_in_the_servers_words()
    {
        var page = OpenHost("git-99");

        Assert.Equal("git-99", page.Find("h1").TextContent);
        Assert.Contains("No host git-99 was ever seen.", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_seven_days_of_this_host_alone_are_asked_for()
    {
        OpenHost();

        var asked = Assert.Single(Server.CurvesAsked);
        Assert.Equal([Name], asked.Hosts);
        Assert.Empty(asked.Methods);
        Assert.Equal(Noon.AddDays(-7).ToTimestamp(), asked.From);
        Assert.Equal(Noon.ToTimestamp(), asked.To);
    }

    [Fact]
    public void A_stopped_Prometheus_leaves_the_rest_of_the_page_new_and_the_old_curves_in_place()
    {
        Server.Curves.MergeFrom(SomeCurves.TwoHosts());
        var page = OpenHost();

        Server.PrometheusDown = new ApiException(StatusCode.Unavailable, "Prometheus does not answer.");
        Host.Summary.Health = HealthState.Unreachable;
        Host.Sources.Add(new SourceStatus { Kind = SourceKind.Prometheus, State = SourceState.Down, Since = At(11, 0), Message = "Connection refused." });
        Feed.Tell(Changes.Fleet);

        page.WaitForAssertion(() => Assert.Contains("Prometheus does not answer.", Text(page.Find(".mud-alert")), StringComparison.Ordinal));
        Assert.Equal("unreachable", Text(page.Find("h1 .mark")));
        Assert.Contains("Prometheus is down since 11:00:00 UTC. Connection refused. The figures below are of 11:59:58 UTC.",
            Text(page.Find("[data-testid=source-banner]")), StringComparison.Ordinal);
        Assert.Equal("3", page.Find("[data-testid=age-chart]").GetAttribute("data-traces"));
    }

    [Fact]
    public void Another_host_in_the_same_page_is_asked_for_and_shown()
    {
        Server.Hosts["git-02"] = Host.Clone();
        Server.Hosts["git-02"].Summary.Version = "16.8.0";
        var page = OpenHost();

        page.Render(parameters => parameters.Add(p => p.Name, "git-02"));

        Assert.Equal("git-02 serving", Text(page.Find("h1")));
        Assert.Contains("16.8.0", Text(page.Find("[data-testid=host-facts]")), StringComparison.Ordinal);
        Assert.Equal(["git-01", "git-02"], Server.CurvesAsked.Select(asked => Assert.Single(asked.Hosts)));
    }

    [Fact]
    public void Curves_that_arrive_after_leaving_for_another_host_are_not_shown_as_its_own()
    {
        Server.Curves.MergeFrom(SomeCurves.TwoHosts());
        var curves = new TaskCompletionSource();
        Server.CurvesMayAnswer = curves.Task;
        Server.Hosts["git-02"] = Host.Clone();
        Server.Hosts["git-02"].Summary.Version = "16.8.0";
        var page = OpenHost();

        page.Render(parameters => parameters.Add(p => p.Name, "git-02"));
        Server.PrometheusDown = new ApiException(StatusCode.Unavailable, "Prometheus does not answer.");
        curves.SetResult();

        page.WaitForAssertion(() => Assert.Contains("16.8.0", Text(page.Find("[data-testid=host-facts]")), StringComparison.Ordinal));
        Assert.Equal("git-02", Assert.Single(Server.CurvesAsked[^1].Hosts));
        Assert.Empty(page.FindAll("[data-testid=age-chart]"));
    }

    [Theory]
    [InlineData(Changes.Fleet)]
    [InlineData(Changes.Commands)]
    public void Changes_of_the_fleet_and_of_commands_are_asked_for(string topic)
    {
        var page = OpenHost();

        Host.Summary.Version = "16.8.0";
        Feed.Tell(topic);

        page.WaitForAssertion(() => Assert.Contains("16.8.0", Text(page.Find("[data-testid=host-facts]")), StringComparison.Ordinal));
    }
}
