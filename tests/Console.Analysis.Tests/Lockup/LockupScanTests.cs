using FleetConsole.Analysis.Latency;
using FleetConsole.Analysis.Lockup;

namespace FleetConsole.Analysis.Tests.Lockup;

public sealed class LockupScanTests
{
    private const int Windows = 100;

    [Fact]
    public void Little_CPU_little_traffic_and_slow_answers_are_a_lockup()
    {
        var found = LockupScan.Find(Cpu(50, 52, 0.05f), [Method(50, 52, 10, slow: true)]);

        Assert.Equal([new TimeRange(50 * 600, 53 * 600)], found);
    }

    [Fact]
    public void A_quiet_stretch_with_quick_answers_is_none() => Assert.Empty(LockupScan.Find(Cpu(50, 52, 0.05f), [Method(50, 52, 10, slow: false)]));

    [Fact]
    public void Slow_answers_with_the_usual_CPU_are_none() => Assert.Empty(LockupScan.Find(Cpu(50, 52, 1), [Method(50, 52, 10, slow: true)]));

    [Fact]
    public void A_host_is_judged_by_most_of_its_methods() => Assert.Empty(LockupScan.Find(Cpu(50, 52, 0.05f),
        [Method(50, 52, 10, slow: true), Method(50, 52, 10, slow: false), Method(50, 52, 10, slow: false)]));

    [Fact]
    public void Without_CPU_nothing_is_found()
    {
        var none = Enumerable.Repeat(float.NaN, Windows).ToArray();

        Assert.Empty(LockupScan.Find(none, [Method(50, 52, 10, slow: true)]));
    }

    [Fact]
    public void Windows_must_be_the_same() => Assert.Throws<ArgumentException>(() => LockupScan.Find([1, 1], [Method(50, 52, 10, slow: true)]));

    [Fact]
    public void The_rolling_median_skips_what_is_missing()
    {
        var medians = RollingMedian.Of([1, float.NaN, 3, 9, 5], 1, 2);

        Assert.True(float.IsNaN(medians[0]));
        Assert.Equal([2f, 6f, 5f, 7f], medians[1..]);
    }

    private static float[] Cpu(int first, int last, float locked) =>
        [.. Enumerable.Range(0, Windows).Select(i => i >= first && i <= last ? locked : 1)];

    private static BucketSamples Method(int first, int last, float locked, bool slow)
    {
        var counts = new float[Windows * 3];
        for (var i = 0; i < Windows; i++)
        {
            var inside = i >= first && i <= last;
            counts[(i * 3) + (inside && slow ? 1 : 0)] = inside ? locked : 1000;
        }

        return new([.. Enumerable.Range(1, Windows).Select(i => i * 600.0)], 600, counts, [0.1, 10]);
    }
}
