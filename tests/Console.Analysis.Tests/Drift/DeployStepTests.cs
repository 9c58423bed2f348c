namespace FleetConsole.Analysis.Tests.Drift;

public sealed class DeployStepTests
{
    private static double Rise(double age) => Math.Log(1.8) * age / 24;

    [Fact]
    public void One_host_alone_can_show_a_step()
    {
        var series = Assert.Single(new MadeFleet { Hosts = 1, Methods = 1, Life = 60, Log = (_, _, process) => process >= 3 ? 0.6 : 0 }.Judge().Series);

        Assert.NotNull(series.Step);
        Assert.Equal("v3", series.Step.ToVersion);
        Assert.InRange(Math.Log(series.Step.Ratio.Value), 0.5, 0.7);
    }

    [Fact]
    public void A_step_down_is_told_as_one() =>
        Assert.All(new MadeFleet { Life = 60, Log = (_, _, process) => process >= 3 ? -0.4 : 0 }.Judge().Series, series =>
        {
            Assert.Equal("v3", series.Step?.ToVersion);
            Assert.InRange(Math.Log(series.Step!.Ratio.Value), -0.5, -0.3);
        });

    [Fact]
    public void A_version_that_ends_a_drift_makes_no_step_down() =>
        Assert.Empty(new MadeFleet { Life = 40, Log = (age, _, process) => process < 4 ? Rise(age) : 0 }.Judge().Steps);

    [Fact]
    public void A_version_that_brings_a_drift_makes_no_step_up() =>
        Assert.Empty(new MadeFleet { Log = (age, _, process) => process >= 4 ? Rise(age) : 0 }.Judge().Steps);

    [Fact]
    public void A_step_beside_a_drift_that_goes_on_is_still_measured_at_equal_age()
    {
        var step = new MadeFleet { Life = 40, Log = (age, _, process) => Rise(age) + (process >= 3 ? 0.5 : 0) }.Judge().Steps
            .First(s => s.ToVersion == "v3");

        Assert.InRange(Math.Log(step.Ratio.Value), 0.35, 0.65);
    }
}
