using FleetConsole.Analysis.Fleet;

namespace FleetConsole.Analysis.Drift;

/// <summary>What a suspected or certain drift looks like.</summary>
/// <param name="Ratio">Latency at <see cref="DriftOptions.RatioAge"/> bins of age over latency at age 0.</param>
/// <param name="MillisecondsPerHour">Mean slope over that age.</param>
/// <param name="PercentPerDay">The same relative to latency at age 0, as a straight line.</param>
/// <param name="BaseSeconds">Latency at age 0 at usual load.</param>
/// <param name="OnsetAgeSeconds">Age before which nothing rises yet.</param>
/// <param name="Since">Unix seconds from which the drift is seen: <see cref="BeganIn"/>'s start, or the first bin when that is later.</param>
/// <param name="BeganIn">The first process, and so the version, that drifts.</param>
/// <param name="Sawtooth">Whether restarts reset it.</param>
/// <param name="Evidence">How sure it is and by what.</param>
/// <param name="CoMoving">The host's metrics by how closely they move with the latency, the closest first.</param>
/// <param name="Ended">Set when the current process does not drift any more.</param>
public sealed record DriftFinding(
    Estimate Ratio,
    Estimate MillisecondsPerHour,
    Estimate PercentPerDay,
    double BaseSeconds,
    double OnsetAgeSeconds,
    double Since,
    ProcessIncarnation BeganIn,
    SawtoothProof Sawtooth,
    DriftEvidence Evidence,
    IReadOnlyList<CoMovingMetric> CoMoving,
    DriftEnded? Ended)
{
    /// <summary>Latency of this host over the same method's on the other hosts at equal age; null without other hosts.</summary>
    public Estimate? AgainstFleet { get; init; }

    /// <summary>
    /// The p99's ratio at the same ages as <c>histogram_quantile</c> shows it, whichever quantile gave the evidence. Interpolated within buckets, it jumps where
    /// the p99 passes a bound, and hardly moves between.
    /// </summary>
    public double RatioP99 { get; init; } = Ratio.Value;
}

/// <summary>How sure a finding is, and all that is needed to find its number again.</summary>
/// <param name="Score">Normal score of the strongest evidence.</param>
/// <param name="SuspectedFrom">Score from which a series of this fleet is suspected at this look.</param>
/// <param name="DriftingFrom">Score from which it is called drifting.</param>
/// <param name="Quantile">The quantile that gave it.</param>
/// <param name="Span">The bins that gave it.</param>
/// <param name="Shape">The age shape that gave it.</param>
/// <param name="Level">Whose data gave it.</param>
/// <param name="Coefficient">Rise of log latency for one unit of the shape.</param>
/// <param name="Error">Standard error of the coefficient.</param>
/// <param name="Bins">Number of the series' own bins.</param>
/// <param name="Options">The settings it was judged by.</param>
public sealed record DriftEvidence(
    double Score,
    double SuspectedFrom,
    double DriftingFrom,
    LatencyQuantile Quantile,
    AgeSpan Span,
    AgeShape Shape,
    PoolLevel Level,
    double Coefficient,
    double Error,
    int Bins,
    DriftOptions Options);

/// <summary>
/// Whether restarts reset the latency. With one process, age and calendar are the same; each restart tells them apart.
/// </summary>
/// <param name="Restarts">Restarts with enough bins on both sides.</param>
/// <param name="Resets">How many of them lowered the latency by at least half of what the age term says.</param>
/// <param name="Fall">Mean fall of log latency at a restart, at equal load and hour.</param>
/// <param name="Predicted">Mean fall that the age term says.</param>
public sealed record SawtoothProof(int Restarts, int Resets, Estimate Fall, double Predicted)
{
    /// <summary>No restart to look at.</summary>
    public static SawtoothProof None { get; } = new(0, 0, default, 0);

    /// <summary>Whether the mean fall is a fall beyond its error and at least half of what the age term says.</summary>
    public bool Proven => Resets > 0 && Fall.Low > 0 && Fall.Value >= Predicted / 2;
}

/// <summary>A metric that moves with the latency.</summary>
/// <param name="Name">The caller's name of it.</param>
/// <param name="Correlation">Of the two residuals after load, hours, days, deploys and processes are taken out.</param>
/// <param name="LeadBins">By how many bins the metric runs ahead of the latency; negative when it follows.</param>
/// <param name="FleetScore">Mean Fisher z of the metric over the fleet's findings, by which metrics are ranked.</param>
public sealed record CoMovingMetric(string Name, double Correlation, int LeadBins, double FleetScore);

/// <summary>A drift that has ended with a process.</summary>
/// <param name="LastDriftingAt">Unix seconds of the last bin that drifted.</param>
/// <param name="OldVersion">The last version that drifts.</param>
/// <param name="By">The first process that does not.</param>
public sealed record DriftEnded(double LastDriftingAt, string OldVersion, ProcessIncarnation By)
{
    /// <summary>Whether a restart ended it that kept the version, as far as the versions are known: what cured it is not in the code then.</summary>
    public bool ByRestart => By.Version == OldVersion || !VersionKnown;

    /// <summary>Whether both processes told their version.</summary>
    public bool VersionKnown => OldVersion != ProcessIncarnation.UnknownVersion && By.Version != ProcessIncarnation.UnknownVersion;
}
