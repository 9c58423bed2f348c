using Bunit;
using FleetConsole.Client.Features.Latency;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Tests.Features.Latency;

/// <summary>Whatever is chosen goes into the address.</summary>
public sealed class LatencyChoicesTests : PageTest
{
    public LatencyChoicesTests()
    {
        Server.Fleet.Hosts.Add(new HostSummary { Host = "git-01" });
        Server.Fleet.Hosts.Add(new HostSummary { Host = "git/02 & co" });
        Server.Fleet.Methods.Add("gitaly.RefService/RefExists");
        Server.Curves.MergeFrom(SomeCurves.TwoHosts());
        Address.NavigateTo("/latency");
    }

    [Theory]
    [InlineData("Hosts", "git-01", "?host=git-01")]
    [InlineData("Hosts", "git/02 & co", "?host=git%2F02%20%26%20co")]
    [InlineData("Methods", "gitaly.RefService/RefExists", "?method=gitaly.RefService%2FRefExists")]
    [InlineData("Quantile", "p99.9", "?q=0.999")]
    [InlineData("Range", "last 30d", "?range=30d")]
    [InlineData("Age up to", "6h", "?age=6h")]
    public void A_choice_from_a_list_goes_into_the_address(string list, string choice, string query)
    {
        var page = Open<LatencyPage>();

        Choose(page, list, choice);

        page.WaitForAssertion(() => Assert.Equal("/latency" + query, new Uri(Address.Uri).PathAndQuery));
    }

    [Theory]
    [InlineData("Time", "?axis=time")]
    [InlineData("Linear", "?scale=linear")]
    public void Axis_and_scale_go_into_the_address(string toggle, string query)
    {
        var page = Open<LatencyPage>();

        page.FindAll(".mud-toggle-item").Single(item => Text(item) == toggle).Click();

        page.WaitForAssertion(() => Assert.Equal("/latency" + query, new Uri(Address.Uri).PathAndQuery));
    }

    [Fact]
    public void A_choice_keeps_what_was_chosen_before()
    {
        Address.NavigateTo("/latency?host=git-01&q=0.5&scale=linear");
        var page = Open<LatencyPage>();

        Choose(page, "Range", "last 1h");

        page.WaitForAssertion(() => Assert.Equal("/latency?host=git-01&q=0.5&scale=linear&range=1h", new Uri(Address.Uri).PathAndQuery));
        Assert.Equal(Noon.AddHours(-1), Server.CurvesAsked[^1].From.ToDateTimeOffset());
    }

    private void Choose(IRenderedComponent<LatencyPage> page, string list, string choice)
    {
        page.FindAll("label").Single(label => Text(label) == list).MouseDown();
        Popovers.WaitForElement(".mud-list-item");
        Popovers.FindAll(".mud-list-item").Single(item => Text(item) == choice).Click();
    }
}
