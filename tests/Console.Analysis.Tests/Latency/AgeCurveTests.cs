using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Tests.Latency;

public sealed class AgeCurveTests
{
    private const double Gap = double.NaN;

    [Fact]
    public void A_sample_whose_window_reaches_over_a_restart_belongs_to_no_process()
    {
        // Window 20: the samples at 120 and 130 look back to 100 and 110. The restart was at 105, so 120 mixes both
        // processes; 125 is the first whole window of the second.
        double[] times = [100, 104, 110, 120, 125, 130];
        var curves = AgeCurve.Align(times, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 20, [Life(70), Life(105)]);

        Assert.Equal(2, curves.Count);
        Assert.Equal([100, 104], curves[0].Times);
        Assert.Equal([0.1, 0.2], curves[0].Seconds);
        Assert.Equal([125, 130], curves[1].Times);
        Assert.Equal([0.5, 0.6], curves[1].Seconds);
    }

    [Fact]
    public void The_first_sample_is_the_one_whose_window_begins_at_the_start()
    {
        var curve = Assert.Single(AgeCurve.Align([119.999, 120, 121], [1, 2, 3], 20, [Life(100)]));

        Assert.Equal([120, 121], curve.Times);
        Assert.Equal([2, 3], curve.Seconds);
    }

    [Fact]
    public void A_sample_at_the_moment_of_the_next_start_is_not_the_old_processs()
    {
        var curves = AgeCurve.Align([149.999, 150], [1, 2], 20, [Life(100), Life(150)]);

        Assert.Equal([149.999], Assert.Single(curves).Times);
    }

    [Fact]
    public void While_two_processes_answer_no_sample_counts()
    {
        // A graceful upgrade: the new process started at 150 and is alone since 200; the old one ends at the new start.
        double[] times = [140, 160, 210, 219, 220, 240];
        var curves = AgeCurve.Align(times, [1, 2, 3, 4, 5, 6], 20, [Life(100), Life(150) with { AloneSince = 200 }]);

        Assert.Equal([140], curves[0].Times);
        Assert.Equal([220, 240], curves[1].Times);
    }

    [Fact]
    public void A_gap_is_one_NaN_and_none_stands_at_either_end()
    {
        double[] times = [120, 130, 140, 150, 160, 170, 180, 190, 200];
        double[] values = [Gap, Gap, 0.1, Gap, Gap, Gap, 0.2, 0.3, Gap];
        var curve = Assert.Single(AgeCurve.Align(times, values, 20, [Life(100)]));

        Assert.Equal([140, 150, 180, 190], curve.Times);
        Assert.Equal([0.1, Gap, 0.2, 0.3], curve.Seconds);
    }

    [Fact]
    public void An_infinite_latency_is_a_gap()
    {
        double[] values = [1, double.PositiveInfinity, Gap, 2, double.NegativeInfinity];
        var curve = Assert.Single(AgeCurve.Align([120, 130, 140, 150, 160], values, 20, [Life(100)]));

        Assert.Equal([120, 130, 150], curve.Times);
        Assert.Equal([1, Gap, 2], curve.Seconds);
    }

    [Fact]
    public void A_process_without_traffic_has_no_curve() =>
        Assert.Empty(AgeCurve.Align([120, 130], [Gap, Gap], 20, [Life(100)]));

    [Fact]
    public void A_process_that_lived_shorter_than_the_window_has_no_curve()
    {
        var curves = AgeCurve.Align([102, 120, 130, 140], [1, 2, 3, 4], 20, [Life(80), Life(105), Life(115)]);

        Assert.Equal([80, 115], curves.Select(c => c.Process.StartedAt));
    }

    [Fact]
    public void Samples_before_the_first_process_belong_to_nobody()
    {
        var curve = Assert.Single(AgeCurve.Align([50, 60, 120], [1, 2, 3], 20, [Life(100)]));

        Assert.Equal([120], curve.Times);
    }

    [Fact]
    public void Without_a_process_there_is_no_curve() => Assert.Empty(AgeCurve.Align([120, 130], [1, 2], 20, []));

    [Fact]
    public void Without_samples_there_is_no_curve() => Assert.Empty(AgeCurve.Align([], [], 20, [Life(100)]));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(42)]
    public void Every_kept_gap_lies_between_two_values(int seed)
    {
        // Whatever the pattern of gaps: x ascends, and NaN is never first, last or twice in a row.
        var random = new Random(seed);
        var times = Enumerable.Range(0, 500).Select(i => 1000.0 + (10 * i)).ToArray();
        var values = times.Select(_ => random.Next(2) == 0 ? Gap : random.NextDouble()).ToArray();
        var curves = AgeCurve.Align(times, values, 40, [Life(900), Life(2500), Life(2520), Life(4000)]);

        Assert.Equal([900, 2520, 4000], curves.Select(c => c.Process.StartedAt));
        Assert.All(curves, curve =>
        {
            Assert.Equal(curve.Times.Length, curve.Seconds.Length);
            Assert.Equal(curve.Times.Order(), curve.Times);
            Assert.False(double.IsNaN(curve.Seconds[0]) || double.IsNaN(curve.Seconds[^1]));
            Assert.DoesNotContain(curve.Seconds.Zip(curve.Seconds.Skip(1)), pair => double.IsNaN(pair.First) && double.IsNaN(pair.Second));
        });
        Assert.Equal(
            values.Where((v, i) => double.IsFinite(v) && Whole(times[i])),
            curves.SelectMany(c => c.Seconds).Where(double.IsFinite));
    }

    [Fact]
    public void Times_and_values_of_different_length_are_refused()
    {
        var e = Assert.Throws<ArgumentException>(() => AgeCurve.Align([1, 2, 3], [1], 20, []));

        Assert.Contains("3 times for 1 values", e.Message, StringComparison.Ordinal);
    }

    // Whole windows of the lives 900, 2520 and 4000 with a window of 40; the life of 2500 lasted 20 s.
    private static bool Whole(double t) => t is (>= 940 and < 2500) or (>= 2560 and < 4000) or >= 4040;

    private static ProcessIncarnation Life(double start) => new(new HostId("git-1"), start, start, start, start, "1.0");
}
