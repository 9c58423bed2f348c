using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Deploys;

/// <summary>Which of the two quantiles that bins hold.</summary>
public enum LatencyQuantile
{
    /// <summary>Half of the requests are faster.</summary>
    P50,

    /// <summary>One in a hundred is slower.</summary>
    P99,
}

/// <summary>One bin of process age.</summary>
/// <param name="Number">Which bin of its process, from 0.</param>
/// <param name="AgeSeconds">Mean process age in it.</param>
/// <param name="End">Unix seconds of its end.</param>
/// <param name="Count">Requests in it.</param>
/// <param name="Rate">Requests per second.</param>
/// <param name="Log">Natural logarithm of the quantile in seconds.</param>
public readonly record struct AgePoint(int Number, double AgeSeconds, double End, double Count, double Rate, double Log);

/// <summary>One process's latency over its age, one quantile.</summary>
/// <param name="BeganAt">Unix seconds of age 0.</param>
/// <param name="Quantile">Which quantile.</param>
/// <param name="Points">Its bins by age; those with too few requests are missing.</param>
public sealed record AgeSeries(double BeganAt, LatencyQuantile Quantile, IReadOnlyList<AgePoint> Points)
{
    // A p99 of n requests varies as 1 / sqrt(n) until the noise that every bin has takes over: n / (n + 300) is where
    // the two are equal for the tails that Git servers have; a p50 gets there at 20. As the drift model weighs.
    private const double P99Half = 300;
    private const double P50Half = 20;

    /// <summary>How much a bin counts, 0 to 1.</summary>
    public double WeightOf(AgePoint point) => point.Count / (point.Count + (Quantile == LatencyQuantile.P99 ? P99Half : P50Half));

    /// <summary>One process's bins.</summary>
    /// <param name="bins">A host's and method's bins.</param>
    /// <param name="beganAt">The start by which the bins know the process.</param>
    /// <param name="quantile">Which quantile.</param>
    /// <returns>Its series; without points when the bins do not know the process.</returns>
    public static AgeSeries Of(AgeBins bins, double beganAt, LatencyQuantile quantile)
    {
        var log = quantile == LatencyQuantile.P99 ? bins.LogP99 : bins.LogP50;
        var points = new List<AgePoint>();
        for (var i = 0; i < bins.Count; i++)
        {
            if (Math.Abs(bins.Processes[bins.Process[i]].StartedAt - beganAt) <= Fleet.Incarnations.StartJitterSeconds && float.IsFinite(log[i]))
                points.Add(new(bins.Numbers[i], bins.AgeSeconds[i], bins.Ends[i], bins.Counts[i], bins.Rates[i], log[i]));
        }

        return new(beganAt, quantile, points);
    }
}
