using Bunit;
using FleetConsole.Client.Features.Findings;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Tests.Features.Findings;

public sealed class SeriesPageTests : PageTest
{
    [Fact]
    public void Every_series_of_a_host_has_its_verdict_whether_or_not_anything_is_found()
    {
        Server.Findings.Looks.Add(new DriftLook { At = At(11, 30), BinSeconds = 3600 });
        Server.Series.Add(new SeriesVerdict { Host = "git-1", Method = "s/a", State = DriftState.Steady, Ratio = new() { Value = 1.02, Low = 0.9, High = 1.1 }, Score = 0.4 });
        Server.Series.Add(new SeriesVerdict { Host = "git-1", Method = "s/b", State = DriftState.NotEnoughData, Bins = 3, BinsNeeded = 8 });

        var page = At("/findings/series?bins=3600&host=git-1");

        Assert.Equal("Drift on git-1", Text(page.Find("h1")));
        Assert.Equal((3600, "git-1", ""), (Server.SeriesAsked[0].BinSeconds, Server.SeriesAsked[0].Host, Server.SeriesAsked[0].Method));
        Assert.Contains("By the look of 2026-11-24 11:30:00 UTC, bins of 1 h.", Text(page.Find("[data-testid=look]")), StringComparison.Ordinal);
        var rows = Rows(page.Find("[data-testid=series]"));
        Assert.Equal(["s/a", "steady", "1.02× (0.90 to 1.10)"], rows[0].Skip(1).Take(3));
        Assert.Equal(["s/b", "not enough data: 3 of 8 bins", "–"], rows[1].Skip(1).Take(3));
    }

    [Fact]
    public void Before_the_first_look_the_page_says_so() =>
        Assert.Contains("There has been no look for drift", At("/findings/series?method=s%2Fa").Markup, StringComparison.Ordinal);

    private IRenderedComponent<SeriesPage> At(string path)
    {
        Address.NavigateTo(path);
        return Open<SeriesPage>();
    }
}
