namespace FleetConsole.Analysis.Tests.Drift;

public sealed class FleetBandTests
{
    private static readonly MadeFleet Alike = new() { Hosts = 6, HostLog = host => 0.03 * (host % 3) };

    [Fact]
    public void A_steady_host_that_is_slower_than_the_others_at_equal_age_lies_outside_their_band()
    {
        var report = (Alike with { HostLog = host => host == 2 ? 0.5 : 0.03 * (host % 3) }).Judge();

        var outside = report.Series.Where(series => series.OutsideBand is not null).ToList();
        Assert.All(outside, series => Assert.Equal("h2", series.Host.Name));
        Assert.Equal(3, outside.Count);
        Assert.All(outside, series => Assert.InRange(series.OutsideBand!.Value.Value, 1.4, 1.8));
    }

    [Fact]
    public void Hosts_that_differ_a_little_from_each_other_are_within_it() =>
        Assert.All(Alike.Judge().Series, series => Assert.Null(series.OutsideBand));

    [Fact]
    public void Two_others_are_no_band() =>
        Assert.All(new MadeFleet { Hosts = 3, HostLog = host => host }.Judge().Series, series => Assert.Null(series.OutsideBand));
}
