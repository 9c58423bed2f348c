using FleetConsole.Analysis.Drift;

namespace FleetConsole.Analysis.Tests.Drift;

/// <summary>What a host's metrics say of drift: they take off where none goes along, and never add.</summary>
public sealed class MetricEvidenceTests
{
    // By number of the process: as far as it leaks, each at a rate of its own.
    private static readonly double[] Rates = [1, 0.4, 1.6, 0.7, 1.3];

    private static readonly MadeFleet Leaking = new() { Log = (age, _, process) => Math.Log(1 + Leak(age, process)) };

    [Fact]
    public void A_metric_that_leaks_as_the_latency_rises_takes_nothing_off() =>
        Assert.Equal(Score(Leaking, ("vmem", Grown)), Score(Leaking, ("vmem", Grown), ("fds", (_, _) => 100)), 6);

    [Fact]
    public void A_rise_that_no_metric_goes_along_with_counts_for_less() =>
        Assert.True(Score(Leaking, ("fds", (_, _) => 100)) < Score(Leaking, ("vmem", Grown)) - 1);

    [Fact]
    public void A_metric_that_grows_makes_no_drift_of_steady_latency() =>
        Assert.All((Leaking with { Log = (_, _, _) => 0 }).Judge(new MadeFleet().Metrics(("vmem", (age, _) => 1000 * (1 + (age / 12))))).Series,
            series => Assert.IsType<DriftVerdict.Steady>(series.Verdict));

    private static double Leak(double age, int process) => age / 24 * Rates[process % Rates.Length];

    // A host's process starts every thirty bins, three later for each host; only the first host is asked for.
    private static double Grown(double age, int bin) => 1000 * (1 + Leak(age, (bin / 30) + 1));

    private static double Score(MadeFleet fleet, params (string Name, Func<double, int, double> Of)[] metrics)
    {
        var alone = fleet with { Hosts = 1 };
        return Assert.IsType<DriftVerdict.Drifting>(alone.Judge(alone.Metrics(metrics)).Series[0].Verdict).Finding.Evidence.Score;
    }
}
