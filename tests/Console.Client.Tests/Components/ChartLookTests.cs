using FleetConsole.Client.Components;
using static FleetConsole.Client.Tests.Harness.SomeCurves;

namespace FleetConsole.Client.Tests.Components;

public sealed class ChartLookTests
{
    [Fact]
    public void An_age_axis_can_end_at_an_age()
    {
        var axis = Assert.Single(ChartLook.Layout(ChartAxis.Age, TimeSpan.FromMinutes(90), null, logScale: true, dark: true, []).XAxis);

        Assert.Equal(["0", "1.5"], axis.Range.Select(bound => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bound}")));
    }

    [Fact]
    public void A_time_axis_is_never_cut_by_age() =>
        Assert.Null(Assert.Single(ChartLook.Layout(ChartAxis.Time, TimeSpan.FromHours(1), null, logScale: true, dark: true, []).XAxis).Range);

    [Fact]
    public void A_deploy_stands_at_its_moment_in_UTC_and_its_version_is_text()
    {
        var layout = ChartLook.Layout(ChartAxis.Time, null, null, logScale: true, dark: false, [new(Midnight + 3_600.5, "<b>16.7</b>")]);

        Assert.Equal("2026-11-24 01:00:00", Assert.Single(layout.Shapes).X0);
        Assert.Equal("&lt;b&gt;16.7&lt;/b&gt;", Assert.Single(layout.Annotations).Text);
    }
}
