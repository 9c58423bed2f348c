using FleetConsole.Analysis.Deploys;
using FleetConsole.Analysis.Fleet;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;

namespace FleetConsole.Analysis.Tests.Deploys;

/// <summary>
/// A deploy whose truth is known. Latency of a process is base x drift over age x load x what the process happens to be,
/// with noise that correlates from bin to bin and shrinks with the number of requests.
/// </summary>
internal sealed record SimulatedDeploy(int Seed)
{
    private const double Day = 86400;

    /// <summary>The restart.</summary>
    public const double RestartAt = 1_790_000_000;

    public JudgeOptions Options { get; init; } = new();

    public int Hosts { get; init; } = 4;

    /// <summary>Hosts that are not restarted.</summary>
    public int Controls { get; init; }

    /// <summary>Processes of the old version before the replaced one.</summary>
    public int Earlier { get; init; } = 2;

    /// <summary>Age of the new processes at the look.</summary>
    public double Reached { get; init; } = 6 * 3600;

    /// <summary>How old a process of the old version gets.</summary>
    public double Lifetime { get; init; } = Day;

    /// <summary>Latency at age 24 h over latency at age 0, old and new version.</summary>
    public double DriftBefore { get; init; } = 1;

    public double DriftAfter { get; init; } = 1;

    /// <summary>New version over old at every age.</summary>
    public double Step { get; init; } = 1;

    /// <summary>What befalls the whole fleet at the moment of the deploy.</summary>
    public double Shock { get; init; } = 1;

    /// <summary>Requests per second before and after; latency goes with load to the power of 0.3.</summary>
    public double RateBefore { get; init; } = 8;

    public double RateAfter { get; init; } = 8;

    /// <summary>Cold start: how much slower the first minutes are, in every process.</summary>
    public double Cold { get; init; } = 1.5;

    /// <summary>Deviation of what disturbs all hosts at the same moments, as on one busy machine.</summary>
    public double Disturbance { get; init; }

    /// <summary>How much processes of one version differ by themselves, as a deviation of the logarithm.</summary>
    public double Spread { get; init; } = 0.03;

    private const double LoadPower = 0.3;
    private const double Correlation = 0.4;

    public MethodVerdicts Judge() => Judge(ChanceLevels.Alone);

    public MethodVerdicts Judge(ChanceLevels levels)
    {
        var random = new MersenneTwister(Seed);
        _disturbed.Clear();
        var hosts = new List<RestartedHost>();
        for (var h = 0; h < Hosts; h++)
        {
            var old = Enumerable.Range(1, Earlier + 1).Select(g => Process(random, RestartAt - (g * Lifetime) + (h * 120), Lifetime, false)).ToList();
            hosts.Add(new(new HostId($"git-{h + 1}"), Process(random, RestartAt + (h * 120), Reached, true), old[0], [.. old.Skip(1)]));
        }

        var controls = Enumerable.Range(0, Controls).Select(c => Process(random, RestartAt - Lifetime + (c * 120), Lifetime + Reached, false)).ToList();
        return DeployJudge.Judge(hosts, controls, RestartAt, RestartAt + Reached, Options, levels);
    }

    private readonly Dictionary<long, double> _disturbed = [];

    private double DisturbedBy(long slot)
    {
        if (!_disturbed.TryGetValue(slot, out var by))
        {
            by = Disturbance == 0 ? 0 : Normal.Sample(new MersenneTwister((int)((slot + (Seed * 7919L)) % int.MaxValue)), 0, Disturbance);
            _disturbed[slot] = by;
        }

        return by;
    }

    private AgeSeries Process(MersenneTwister random, double began, double lives, bool after)
    {
        var bin = Options.Bin.TotalSeconds;
        var level = Normal.Sample(random, 0, Spread);
        var wander = 0.0;
        var points = new List<AgePoint>();
        for (var number = 0; (number + 1) * bin <= lives; number++)
        {
            var age = (number + 0.5) * bin;
            var end = began + ((number + 1) * bin);
            var rate = (end > RestartAt ? RateAfter : RateBefore) * (1 + (0.1 * Normal.Sample(random, 0, 1)));
            rate = Math.Max(rate, 0);
            var count = Math.Round(rate * bin);
            if (count < 30)
                continue;
            wander = (Correlation * wander) + Normal.Sample(random, 0, 0.04);
            var log = Math.Log(0.1) + level + wander + Normal.Sample(random, 0, 2 / Math.Sqrt(count))
                + Math.Log(1 + (((after ? DriftAfter : DriftBefore) - 1) * age / Day))
                + ((Cold - 1) * Math.Exp(-age / (2 * bin)))
                + DisturbedBy((long)(end / bin)) + (LoadPower * Math.Log(rate / 8)) + (after ? Math.Log(Step) : 0) + (end > RestartAt ? Math.Log(Shock) : 0);
            points.Add(new(number, age, end, count, rate, log));
        }

        return new(began, LatencyQuantile.P99, points);
    }
}
