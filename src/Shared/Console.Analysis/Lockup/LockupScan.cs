using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Lockup;

/// <summary>
/// Finds past lock-ups of a host: a server that blocks on one lock uses hardly any CPU and answers hardly anybody, and
/// the few it answers have waited. A quiet night has the first two and not the third.
/// </summary>
public static class LockupScan
{
    /// <summary>CPU below this part of its median: a locked-up server's falls to a few per cent.</summary>
    public const float CpuFall = 0.3f;

    /// <summary>Requests below this part of their median.</summary>
    public const float TrafficFall = 0.4f;

    /// <summary>A p99 below this many times its median says that requests are answered as usual.</summary>
    public const float LatencyRise = 3;

    /// <summary>Windows on either side for the medians: 18 of ten minutes, three hours, many times a lock-up's length.</summary>
    public const int HalfWindow = 18;

    // With fewer requests a window than this nothing can be said of their fall.
    private const float LeastRequests = 5;

    /// <summary>Finds the stretches.</summary>
    /// <param name="cpu">The process's CPU in each window, any unit, NaN where there is none; n of them.</param>
    /// <param name="methods">The host's methods over the same n windows.</param>
    /// <returns>Stretches of neighbouring windows, by time; empty when there is no CPU to look at.</returns>
    /// <exception cref="ArgumentException">A method has other windows.</exception>
    public static IReadOnlyList<TimeRange> Find(ReadOnlySpan<float> cpu, IReadOnlyList<BucketSamples> methods)
    {
        var n = cpu.Length;
        foreach (var method in methods)
        {
            if (method.Times.Length != n)
                throw new ArgumentException($"{n} CPU values for {method.Times.Length} windows", nameof(methods));
        }

        var median = RollingMedian.Of(cpu, HalfWindow, 3);
        var (fallen, usual) = (new int[n], new int[n]);
        foreach (var method in methods)
            Vote(method, fallen, usual);
        var found = new List<TimeRange>();
        for (var i = 0; i < n; i++)
        {
            if (!(cpu[i] < CpuFall * median[i]) || fallen[i] <= usual[i])
                continue;
            var (end, step) = (methods[0].Times[i], methods[0].StepSeconds);
            if (found.Count > 0 && found[^1].To >= end - (1.5 * step))
                found[^1] = found[^1] with { To = end };
            else
                found.Add(new(end - step, end));
        }

        return found;
    }

    private static void Vote(BucketSamples method, int[] fallen, int[] usual)
    {
        var n = fallen.Length;
        var (requests, p99) = (new float[n], new float[n]);
        for (var i = 0; i < n; i++)
        {
            foreach (var count in method.Row(i))
                requests[i] += count;
            p99[i] = (float)BucketQuantile.Of(0.99, method.Row(i), method.Bounds);
        }

        var usualRequests = RollingMedian.Of(requests, HalfWindow, 3);
        var usualP99 = RollingMedian.Of(p99, HalfWindow, 3);
        for (var i = 0; i < n; i++)
        {
            var few = !(requests[i] >= TrafficFall * usualRequests[i]) || usualRequests[i] < LeastRequests;
            if (few && !(p99[i] < LatencyRise * usualP99[i]))
                fallen[i]++;
            else
                usual[i]++;
        }
    }
}
