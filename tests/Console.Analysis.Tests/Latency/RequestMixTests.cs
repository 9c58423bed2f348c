using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Tests.Latency;

public sealed class RequestMixTests
{
    private const double Step = 600;
    private static readonly BinOptions Hours = new() { Width = TimeSpan.FromHours(1), LeastCount = 10 };
    private static readonly double[] Times = [.. Enumerable.Range(1, 12).Select(i => i * Step)];
    private static readonly MetricSamples Threads = new(Times, ["threads"], [new float[12]]);

    [Fact]
    public void It_rises_with_the_share_of_the_expensive_method_and_not_with_its_latency()
    {
        var samples = RequestMix.AddTo(Threads, [Method([60, 20], [0, 0]), Method([0, 0], [20, 60])]);

        Assert.Equal(["threads", RequestMix.Name], samples.Names);
        var mix = samples.Values[1];
        Assert.Equal((0.175, 0.175, 0.425), (Math.Round(mix[0], 4), Math.Round(mix[5], 4), Math.Round(mix[^1], 4)));
        var slower = RequestMix.AddTo(Threads, [Method([60, 0], [0, 60]), Method([0, 0], [20, 20])]).Values[1];
        Assert.Equal(slower[0], slower[^1], 1e-6);
    }

    [Fact]
    public void One_method_is_no_mix() => Assert.Same(Threads, RequestMix.AddTo(Threads, [Method([60, 20], [0, 0])]));

    // Two hours of windows of ten minutes; calls of up to 0.1 s and of up to 1 s, a window, in each hour.
    private static AgeBins Method(float[] quick, float[] slow)
    {
        var counts = Times.SelectMany((_, i) => new[] { quick[i / 6], slow[i / 6], 0f }).ToArray();
        return AgeBins.Of(new BucketSamples(Times, Step, counts, [0.1, 1]), [new(new HostId("git-1"), 0, 0, 0, 0, "1.0")], Hours);
    }
}
