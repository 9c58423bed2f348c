using FleetConsole.Analysis.Drift;

namespace FleetConsole.Analysis.Tests.Drift;

/// <summary>How far the p99 rises as Prometheus shows it, where no age shape tells it.</summary>
public sealed class InterpolatedRiseTests
{
    [Fact]
    public void A_p99_that_jumps_into_the_next_bucket_is_told_as_far_as_it_jumps()
    {
        var finding = Found(new MadeFleet { Life = 40, Bins = 320, Log = (age, bin, _) => Interpolated((age / 48) + (0.2 * Math.Sin(bin * Math.PI / 12))) });
        var truth = Interpolated(0.5) - Interpolated(0);
        Assert.InRange(Error(finding.RatioP99, truth), 0, 0.15);
        Assert.InRange(Error(finding.Ratio.Value, truth), 0.2, 1);
    }

    [Fact]
    public void A_rise_that_sets_in_late_is_read_off_the_bins()
    {
        var finding = Found(new MadeFleet { Life = 40, Bins = 320, Log = (age, _, _) => Late(age) });
        Assert.InRange(Error(finding.RatioP99, Late(24)), 0, 0.3 * Error(finding.Ratio.Value, Late(24)));
    }

    [Fact]
    public void A_drift_that_a_version_brought_is_read_off_the_bins_that_have_it()
    {
        var finding = Found(new MadeFleet { Life = 40, Bins = 320, Log = (age, _, process) => process < 5 ? 0 : age / 24 });
        Assert.InRange(Error(finding.RatioP99, 1), 0, 0.25);
    }

    [Fact]
    public void Of_a_young_fleet_the_age_shape_is_asked()
    {
        var finding = Found(new MadeFleet { Life = 20, Bins = 90, Log = (age, bin, _) => Interpolated((age / 20) + (0.1 * Math.Sin(bin * Math.PI / 12))) });
        Assert.InRange(Math.Abs(Math.Log(finding.RatioP99 / finding.Ratio.Value)), 0, 0.02);
    }

    // The p99 stays in a bucket up to a level of .3, and passes the next one's many requests within .1.
    private static double Interpolated(double level) => (0.4 * level) + (0.9 * Math.Clamp((level - 0.25) * 10, 0, 1));

    private static double Late(double age) => Math.Log(1 + (Math.Max(0, age - 16) / 6));

    private static double Error(double ratio, double truth) => Math.Abs(Math.Log(ratio) - truth);

    private static DriftFinding Found(MadeFleet fleet) => Assert.IsType<DriftVerdict.Drifting>(fleet.Judge().Series[0].Verdict).Finding;
}
