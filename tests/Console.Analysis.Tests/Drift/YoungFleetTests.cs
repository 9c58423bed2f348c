using FleetConsole.Analysis.Drift;

namespace FleetConsole.Analysis.Tests.Drift;

/// <summary>A host in its first half day of bins: no restart yet, and load goes one way, as age does.</summary>
public sealed class YoungFleetTests
{
    private static readonly MadeFleet Young = new() { Hosts = 1, Life = 500, Bins = 12 };

    [Fact]
    public void Half_a_day_of_drift_is_suspected_in_one_series_alone() =>
        Assert.All((Young with { Methods = 1, Noise = 0.04, Log = (age, _, _) => Doubling(age) }).Judge().Series,
            series => Assert.IsType<DriftVerdict.Suspected>(series.Verdict));

    [Fact]
    public void Drift_is_suspected_while_falling_load_hides_it() =>
        Assert.All((Young with { Noise = 0.04, LogLoad = bin => -bin / 30.0, Log = (age, bin, _) => Doubling(age) - (0.25 * bin / 30) }).Judge().Series,
            series => Assert.IsType<DriftVerdict.Suspected>(series.Verdict));

    [Fact]
    public void Latency_that_rises_as_load_does_is_not_suspected() =>
        Assert.All((Young with { LogLoad = bin => bin / 6.0, Log = (_, bin, _) => 0.25 * bin / 6 }).Judge().Series,
            series => Assert.IsType<DriftVerdict.Steady>(series.Verdict));

    private static double Doubling(double age) => Math.Log(2) * age / 24;
}
