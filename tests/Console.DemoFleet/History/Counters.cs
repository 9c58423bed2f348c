using MathNet.Numerics.Random;

namespace FleetConsole.DemoFleet.History;

/// <summary>A process's counters. Bucket arrays are cumulative; their last element is +Inf.</summary>
internal sealed class Counters
{
    private const double ChildCpuPerCall = 0.0035;
    private const double OwnCpuPerCall = 0.0012;
    private const double CallerDeadline = 60;
    private double _backlog;

    public double[][] Latency { get; } = [.. Method.All.Select(_ => new double[12])];

    public double[] LatencySum { get; } = new double[Method.All.Count];

    public double[] Started { get; } = new double[Method.All.Count];

    public double[] ForkBuckets { get; } = new double[16];

    public double ForkSum { get; private set; }

    public double Cpu { get; set; }

    public double ChildrenCpu { get; private set; }

    /// <summary>Calls that were started and not answered.</summary>
    public double InFlight => Math.Floor(_backlog);

    /// <summary>Lets one step of load pass through the process.</summary>
    public void Advance(
        Life life, double at, double step, double wander, Lockup? locked, MersenneTwister random, double[] latencyBounds, double[] forkBounds)
    {
        var age = at - life.StartedAt;
        var arrivals = Load.RequestsPerSecond(at) * step * (1 + (0.06 * (random.NextDouble() - 0.5)));
        var fork = Load.ForkSeconds(life.Mode, age);

        // Locked up, almost nothing completes and what arrives waits; the process has little to do.
        var completed = locked is null ? arrivals : arrivals * 0.02;
        _backlog = locked is null ? 0 : _backlog + arrivals - completed;
        for (var m = 0; m < Method.All.Count; m++)
        {
            var method = Method.All[m];
            var version = method.Name == "FindAllBranchNames" ? life.BranchNamesFactor : 1;
            var factor = Load.AgeFactor(life.Mode, age) * version * Math.Exp(wander) * (locked is null ? 1 : 60);
            Started[m] += arrivals * method.Share;

            // Callers give up after a minute, so nothing takes longer.
            Fill(Latency[m], latencyBounds, completed * method.Share, bound => bound >= CallerDeadline ? 1 : Load.Cdf(method, factor, bound));
            LatencySum[m] += completed * method.Share * Load.Mean(method, factor);
        }

        var forkFactor = locked is null ? 1 : 8;
        Fill(ForkBuckets, forkBounds, completed, bound => 1 / (1 + Math.Pow(fork * forkFactor / bound, 6)));
        ForkSum += completed * fork * forkFactor;
        Cpu += completed * (OwnCpuPerCall + fork);
        ChildrenCpu += completed * ChildCpuPerCall;
    }

    private static void Fill(double[] buckets, double[] bounds, double count, Func<double, double> cdf)
    {
        for (var b = 0; b < bounds.Length; b++)
            buckets[b] += count * cdf(bounds[b]);
        buckets[^1] += count;
    }
}
