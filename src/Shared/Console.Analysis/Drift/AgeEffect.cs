namespace FleetConsole.Analysis.Drift;

/// <summary>Which latency is judged.</summary>
public enum LatencyQuantile
{
    /// <summary>The 99th percentile.</summary>
    P99,

    /// <summary>The median: moves less, and is known well where traffic is too low for a p99.</summary>
    P50,
}

/// <summary>Which bins are judged.</summary>
public enum AgeSpan
{
    /// <summary>The whole window.</summary>
    Whole,

    /// <summary>The recent one, with a coefficient of its own for what is older.</summary>
    Recent,

    /// <summary>The newest version's, with a coefficient of its own for the versions before: what a deploy brought shows against their calm.</summary>
    Newest,
}

/// <summary>One series' coefficient of one age shape over one span, with its uncertainty.</summary>
/// <param name="Coefficient">Rise of log latency for one unit of the shape.</param>
/// <param name="DataVariance">Its variance by the data: the larger of the model's and the clustered one.</param>
/// <param name="PriorVariance">Its variance by the priors of the nuisance terms, common to all series of a fleet.</param>
/// <param name="DegreesOfFreedom">Effective number of clusters, less one.</param>
/// <param name="FirstBlock">Number of the first cluster.</param>
/// <param name="Influence">Each cluster's part of the coefficient's error, from <paramref name="FirstBlock"/>.</param>
/// <param name="Share">Each cluster's share of the information.</param>
internal sealed record AgeEffect(
    double Coefficient,
    double DataVariance,
    double PriorVariance,
    double DegreesOfFreedom,
    int FirstBlock,
    float[] Influence,
    float[] Share);
