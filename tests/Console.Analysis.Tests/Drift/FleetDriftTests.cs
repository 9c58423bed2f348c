using FleetConsole.Analysis.Drift;
using FleetConsole.Analysis.Fleet;

namespace FleetConsole.Analysis.Tests.Drift;

public sealed class FleetDriftTests
{
    // +60 % in 24 bins, reset by each restart.
    private static readonly MadeFleet Drifting = new() { Log = (age, _, _) => Math.Log(1.6) * age / 24 };

    [Fact]
    public void Latency_that_rises_with_age_and_falls_at_every_restart_drifts()
    {
        var report = Drifting.Judge();

        Assert.All(report.Series, series =>
        {
            var finding = Assert.IsType<DriftVerdict.Drifting>(series.Verdict).Finding;
            Assert.InRange(finding.Ratio.Value, 1.4, 1.8);
            Assert.InRange(1.6, finding.Ratio.Low, finding.Ratio.High);
            Assert.True(finding.Sawtooth.Proven);
            Assert.Equal(finding.Sawtooth.Restarts, finding.Sawtooth.Resets);
            Assert.InRange(finding.Sawtooth.Fall.Value, 0.5 * finding.Sawtooth.Predicted, 1.5 * finding.Sawtooth.Predicted);
            Assert.True(finding.Evidence.Score >= finding.Evidence.DriftingFrom);
            Assert.Equal(0, finding.OnsetAgeSeconds);
        });
        Assert.IsType<DriftVerdict.Drifting>(report.Fleet.Verdict);
        Assert.All(report.Hosts.Concat(report.Methods), group => Assert.IsType<DriftVerdict.Drifting>(group.Verdict));
        Assert.Equal(9, report.Fleet.Drifting);
    }

    [Fact]
    public void Noise_alone_is_steady() =>
        Assert.All(new MadeFleet().Judge().Series, series => Assert.IsType<DriftVerdict.Steady>(series.Verdict));

    [Fact]
    public void Growth_that_no_restart_resets_is_not_drift() =>
        Assert.DoesNotContain(new MadeFleet { Log = (_, bin, _) => 0.4 * bin / 168 }.Judge().Series, series => series.Verdict is DriftVerdict.Drifting);

    [Fact]
    public void One_process_alone_is_suspected_at_most()
    {
        var report = (Drifting with { Hosts = 1, Life = 500, Bins = 90 }).Judge();

        Assert.DoesNotContain(report.Series, series => series.Verdict is DriftVerdict.Drifting);
    }

    [Fact]
    public void A_step_at_a_deploy_is_a_step_and_not_drift()
    {
        var report = new MadeFleet { Hosts = 4, Life = 60, Log = (_, _, process) => process >= 3 ? 0.5 : 0 }.Judge();

        Assert.DoesNotContain(report.Series, series => series.Verdict is DriftVerdict.Drifting);
        Assert.All(report.Series, series =>
        {
            Assert.NotNull(series.Step);
            Assert.Equal("v3", series.Step.ToVersion);
            Assert.InRange(Math.Log(series.Step.Ratio.Value), 0.4, 0.6);
        });
    }

    [Fact]
    public void Rejuvenation_is_no_step() => Assert.All(Drifting.Judge().Series, series => Assert.Null(series.Step));

    [Fact]
    public void What_a_version_cured_is_steady_and_says_by_which()
    {
        var report = (Drifting with { Life = 40, Log = (age, _, process) => process < 4 ? Math.Log(1.8) * age / 24 : 0 }).Judge();

        Assert.All(report.Series, series =>
        {
            var steady = Assert.IsType<DriftVerdict.Steady>(series.Verdict);
            Assert.False(steady.Resolved?.Finding.Ended?.ByRestart);
        });
    }

    [Fact]
    public void What_a_restart_cured_that_kept_the_version_says_which_restart()
    {
        var fleet = Drifting with { Life = 40, Bins = 320, Version = _ => "v", Log = (age, _, process) => process < 4 ? Math.Log(1.8) * age / 24 : 0 };

        Assert.All(fleet.Judge().Series, series =>
        {
            var ended = Assert.IsType<DriftVerdict.Steady>(series.Verdict).Resolved?.Finding.Ended;
            Assert.NotNull(ended);
            Assert.True(ended.ByRestart);
            Assert.Equal(fleet.StartOf(series.Host.Name[1] - '0', 4), ended.By.StartedAt);
        });
    }

    [Fact]
    public void A_drift_that_sets_in_late_is_not_over_while_a_process_is_too_young_for_it()
    {
        var report = new MadeFleet { Life = 40, Bins = 300, Version = _ => "v", Log = (age, _, _) => Math.Log(1 + (Math.Max(0, age - 16) / 8)) }.Judge();

        Assert.All(report.Series, series => Assert.IsType<DriftVerdict.Drifting>(series.Verdict));
    }

    [Fact]
    public void A_drift_that_a_version_brought_began_with_it()
    {
        var report = (Drifting with { Log = (age, _, process) => process >= 4 ? Math.Log(2) * age / 24 : 0 }).Judge();

        var finding = Assert.IsType<DriftVerdict.Drifting>(report.Series[0].Verdict).Finding;
        Assert.Equal("v4", finding.BeganIn.Version);
        Assert.Equal(finding.BeganIn.StartedAt, finding.Since);
    }

    [Fact]
    public void A_drift_that_a_version_brought_is_suspected_within_half_a_day_however_long_the_calm_before()
    {
        // The version comes at bin 210 on the first host and 6 bins later on the last.
        var brought = new MadeFleet { Bins = 222, Log = (age, _, process) => process >= 8 ? Math.Log(2) * age / 24 : 0 };

        Assert.All(brought.Judge().Series.Where(series => series.Host.Name == "h0"), series =>
        {
            var finding = Assert.IsType<DriftVerdict.Suspected>(series.Verdict).Finding;
            Assert.Equal(AgeSpan.Newest, finding.Evidence.Span);
        });
        Assert.All((brought with { Log = (_, _, _) => 0 }).Judge().Series, series => Assert.IsType<DriftVerdict.Steady>(series.Verdict));
    }

    [Fact]
    public void The_metric_that_moves_with_it_comes_first()
    {
        var metrics = Drifting.Metrics(("fds", (_, _) => 100), ("vmem", (age, _) => 1000 * (1 + (age / 24))), ("goroutines", (_, bin) => 200 + (bin % 7)));
        var finding = Assert.IsType<DriftVerdict.Drifting>(Drifting.Judge(metrics).Series[0].Verdict).Finding;

        Assert.Equal("vmem", finding.CoMoving[0].Name);
        Assert.True(finding.CoMoving[0].Correlation > 0.5);
    }

    [Fact]
    public void Bins_of_fifteen_seconds_drift_as_bins_of_hours_do()
    {
        var finding = Assert.IsType<DriftVerdict.Drifting>((Drifting with { Width = 15 }).Judge().Series[0].Verdict).Finding;

        Assert.InRange(finding.Ratio.Value, 1.4, 1.8);
        // 24 bins are six minutes.
        Assert.Equal(finding.BaseSeconds * 1000 * (finding.Ratio.Value - 1) / 0.1, finding.MillisecondsPerHour.Value, 6);
    }

    [Fact]
    public void Without_traffic_there_is_not_enough_data()
    {
        var report = (Drifting with { Bins = 7 }).Judge();

        Assert.All(report.Series, series => Assert.Equal(8, Assert.IsType<DriftVerdict.NotEnoughData>(series.Verdict).Need));
        Assert.IsType<DriftVerdict.NotEnoughData>(report.Fleet.Verdict);
    }

    [Fact]
    public void A_fleet_without_series_is_not_enough_data()
    {
        var report = FleetDrift.Judge(Array.Empty<DriftSeries>(), new Dictionary<HostId, Analysis.Latency.MetricBins>(), 0, new DriftOptions());

        Assert.Empty(report.Series);
        Assert.IsType<DriftVerdict.NotEnoughData>(report.Fleet.Verdict);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Latency_that_is_no_number_never_passes(double broken)
    {
        var report = new MadeFleet { Log = (_, _, _) => broken }.Judge();

        Assert.All(report.Series, series => Assert.IsType<DriftVerdict.NotEnoughData>(series.Verdict));
    }

    [Fact]
    public void A_look_back_sees_nothing_of_what_came_later()
    {
        var early = FleetDrift.Judge(Drifting.Series(), new Dictionary<HostId, Analysis.Latency.MetricBins>(), Drifting.Now - (100 * 3600), Drifting.Options);
        var cut = (Drifting with { Bins = 140 }).Series().Count;

        Assert.Equal(cut, early.Series.Count);
        Assert.All(early.Series, series => Assert.True(Finding(series).Since <= early.Now));

        static DriftFinding Finding(SeriesVerdict series) => Assert.IsType<DriftVerdict.Drifting>(series.Verdict).Finding;
    }

    [Fact]
    public void The_fitted_curve_starts_at_the_base_and_reaches_the_ratio()
    {
        var finding = Assert.IsType<DriftVerdict.Drifting>(Drifting.Judge().Series[0].Verdict).Finding;
        var curve = FittedCurve.Of(finding, 24 * 3600, 25);

        Assert.Equal(finding.BaseSeconds, curve.Seconds[0], 9);
        Assert.Equal(finding.Ratio.Value, curve.Seconds[^1] / curve.Seconds[0], 9);
        Assert.All(Enumerable.Range(1, 24), i => Assert.True(curve.Low[i] < curve.Seconds[i] && curve.Seconds[i] < curve.High[i]));
    }
}
