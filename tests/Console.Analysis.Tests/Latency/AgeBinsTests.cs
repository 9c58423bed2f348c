using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Tests.Latency;

public sealed class AgeBinsTests
{
    private const double Step = 600;
    private static readonly double[] Bounds = [0.1, 0.5, 1];
    private static readonly BinOptions Hourly = new() { LeastCount = 30 };

    [Fact]
    public void Buckets_are_summed_before_the_quantile_is_taken()
    {
        // Six windows: five of 100 fast requests, one of 4 slow ones. The p99 of the sum (504, rank 498.96) is in the
        // first bucket at 0.0998; a mean of the windows' own p99 would be pulled to 0.2.
        var bins = AgeBins.Of(Samples(0, [100, 0, 0, 0], [100, 0, 0, 0], [100, 0, 0, 0], [100, 0, 0, 0], [100, 0, 0, 0], [0, 4, 0, 0]), [Life(0)], Hourly);

        Assert.Equal(1, bins.Count);
        Assert.Equal(504, bins.Counts[0]);
        Assert.Equal(0.1 * 498.96 / 500, Math.Exp(bins.LogP99[0]), 5);
        Assert.Equal(504 / 3600.0, bins.Rates[0], 5);
    }

    [Fact]
    public void No_bin_reaches_over_a_restart()
    {
        var bins = AgeBins.Of(Same(0, 12), [Life(0), Life(2000)], Hourly);

        // Windows end at 600, 1200, 1800; the one that ends at 2400 mixes both; the second's first bin is [2000, 5600) by
        // the windows' beginnings, 2400 to 5400.
        Assert.Equal([0, 1, 1], bins.Process.Select(p => (int)p));
        Assert.Equal([1800, 6000, 7200], bins.Ends);
        Assert.Equal([0, 0, 1], bins.Numbers);
        Assert.Equal([300f, 600f, 200f], bins.Counts);
    }

    [Fact]
    public void While_two_processes_answer_no_window_counts()
    {
        var bins = AgeBins.Of(Same(0, 6), [Life(0), Life(1200) with { AloneSince = 2400 }], Hourly);

        Assert.Equal([600, 3600], bins.Ends);
        Assert.Equal([100f, 200f], bins.Counts);
    }

    [Fact]
    public void Age_is_that_of_the_middle_of_the_windows()
    {
        var bins = AgeBins.Of(Same(0, 12), [Life(0)], Hourly);

        Assert.Equal([1800f, 5400f], bins.AgeSeconds);
    }

    [Fact]
    public void A_bin_with_few_requests_is_dropped()
    {
        var bins = AgeBins.Of(Samples(0, [10, 0, 0, 0], [19, 0, 0, 0]), [Life(0)], Hourly);
        Assert.Equal(0, bins.Count);

        Assert.Equal(1, AgeBins.Of(Samples(0, [10, 0, 0, 0], [20, 0, 0, 0]), [Life(0)], Hourly).Count);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(-1)]
    [InlineData(float.PositiveInfinity)]
    public void A_window_that_cannot_be_counted_is_no_window(float broken)
    {
        var bins = AgeBins.Of(Samples(0, [100, 0, 0, 0], [broken, 0, 0, 0]), [Life(0)], Hourly);

        Assert.Equal([100f], bins.Counts);
        Assert.Equal([600], bins.Ends);
    }

    [Fact]
    public void A_window_that_touches_an_excluded_stretch_is_left_out()
    {
        var bins = AgeBins.Of(Same(0, 6), [Life(0)], Hourly, [new(650, 1250)]);

        Assert.Equal([400f], bins.Counts);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(40)]
    public void Appending_piece_by_piece_gives_what_one_pass_gives(int piece)
    {
        ProcessIncarnation[] lives = [Life(-3000), Life(8000), Life(31000) with { AloneSince = 32000 }];
        var random = new Random(3);
        var rows = Enumerable.Range(0, 90).Select(_ => new float[] { random.Next(60), random.Next(9), random.Next(3), 0 }).ToArray();
        var whole = AgeBins.Of(Samples(0, rows), lives, Hourly);

        var bins = AgeBins.Of(Samples(0, [.. rows.Take(piece)]), lives, Hourly);
        for (var at = piece; at < rows.Length; at += piece)
        {
            // The windows of the last answer come once more.
            var from = Math.Max(0, at - piece);
            bins = bins.Append(Samples(from * Step, [.. rows.Skip(from).Take(at + piece - from)]), lives);
        }

        Assert.Equal(whole.Ends, bins.Ends);
        Assert.Equal(whole.Numbers, bins.Numbers);
        Assert.Equal(whole.Counts, bins.Counts);
        Assert.Equal(whole.AgeSeconds, bins.AgeSeconds);
        Assert.Equal(whole.LogP99, bins.LogP99);
        Assert.Equal(whole.LogP50, bins.LogP50);
    }

    [Fact]
    public void Appending_drops_what_is_too_old_and_follows_the_processes()
    {
        var bins = AgeBins.Of(Same(0, 12), [Life(0), Life(3600)], Hourly);
        var later = bins.Append(Same(7200, 6), [Life(3600)], keepFrom: 3601);

        Assert.Equal([7200, 10800], later.Ends);
        Assert.All(later.Process, p => Assert.Equal(3600, later.Processes[p].StartedAt));
    }

    [Fact]
    public void A_window_that_overlaps_the_last_is_not_counted_twice()
    {
        var bins = AgeBins.Of(Same(0, 6), [Life(0)], Hourly);
        var requests = bins.Counts[0] / 6;

        var later = bins.Append(Same(3300, 6), [Life(0)]);

        Assert.Equal([6 * requests, 5 * requests], later.Counts);
    }

    [Fact]
    public void Other_buckets_are_refused() => Assert.Throws<ArgumentException>(() =>
        AgeBins.Of(Same(0, 6), [Life(0)], Hourly).Append(new BucketSamples([4000], Step, [1, 1], [0.1]), [Life(0)]));

    [Fact]
    public void Bins_of_seconds_work_as_bins_of_hours_do()
    {
        var samples = new BucketSamples([5, 10, 15, 20], 5, [20, 0, 0, 0, 20, 0, 0, 0, 20, 0, 0, 0, 40, 0, 0, 0], Bounds);
        var bins = AgeBins.Of(samples, [Life(0)], new BinOptions { Width = TimeSpan.FromSeconds(15) });

        Assert.Equal([15, 20], bins.Ends);
        Assert.Equal([60f, 40f], bins.Counts);
    }

    [Fact]
    public void Without_a_process_or_samples_there_is_no_bin()
    {
        Assert.Equal(0, AgeBins.Of(Same(0, 6), [], Hourly).Count);
        Assert.Equal(0, AgeBins.Of(new BucketSamples([], Step, [], Bounds), [Life(0)], Hourly).Count);
    }

    [Theory]
    [InlineData(2, 8, 600)]
    [InlineData(1, 3, 600)]
    [InlineData(1, 4, 0)]
    [InlineData(1, 4, double.NaN)]
    public void Samples_that_do_not_fit_are_refused(int times, int counts, double step) => Assert.Throws<ArgumentException>(() =>
        new BucketSamples(times == 2 ? [600, 600] : [600], step, new float[counts], Bounds));

    [Theory]
    [InlineData(0.5, new float[] { 0, 10, 0, 0 }, 0.3)]
    [InlineData(0.99, new float[] { 10, 0, 0, 0 }, 0.099)]
    [InlineData(0.99, new float[] { 0, 0, 0, 7 }, 1)]
    [InlineData(0, new float[] { 0, 10, 0, 0 }, 0)]
    public void Quantiles_follow_the_rules_of_Prometheus(double q, float[] counts, double expected) =>
        Assert.Equal(expected, BucketQuantile.Of(q, counts, Bounds), 9);

    [Fact]
    public void No_request_has_no_quantile() => Assert.True(double.IsNaN(BucketQuantile.Of(0.5, [0, 0, 0, 0], Bounds)));

    [Fact]
    public void Metrics_fall_into_the_bins_of_the_latency()
    {
        ProcessIncarnation[] lives = [Life(0), Life(7000)];
        var metrics = MetricBins.Of(
            new MetricSamples([0, 600, 3600, 4200, 7200, 7800], ["vmem"], [[1, 3, 10, float.NaN, 5, 7]]), lives, Hourly);

        Assert.Equal([0, 0, 7000], metrics.Starts);
        Assert.Equal([0, 1, 0], metrics.Numbers);
        Assert.Equal([2f, 10f, 6f], metrics.Means[0]);
        Assert.Equal(1, metrics.Find(0.5, 1));
        Assert.Equal(2, metrics.Find(7000, 0));
        Assert.Equal(-1, metrics.Find(7000, 1));
        Assert.Equal(-1, metrics.Find(100, 0));
    }

    private static BucketSamples Same(double from, int windows) =>
        Samples(from, [.. Enumerable.Repeat(new float[] { 100, 0, 0, 0 }, windows)]);

    private static BucketSamples Samples(double from, params float[][] rows) =>
        new([.. rows.Select((_, i) => from + ((i + 1) * Step))], Step, [.. rows.SelectMany(r => r)], Bounds);

    private static ProcessIncarnation Life(double start) => new(new HostId("git-1"), start, start, start, start, "1.0");
}
