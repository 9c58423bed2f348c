using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Drift;

/// <summary>
/// Settings of the drift detector. Every length is in bins, so that a fleet whose processes live for minutes is judged by
/// the same code with bins of seconds; with the default of one hour a bin, bins are hours.
/// </summary>
public sealed record DriftOptions
{
    /// <summary>Width and least count of a bin.</summary>
    public BinOptions Bins { get; init; } = new();

    /// <summary>Bins younger than this are not used: a cold cache says nothing of drift. Above one half, so that the first bin is never one of them: its middle is half a bin old, and a little more where its first window is missing. In bins.</summary>
    public double LeastAge { get; init; } = 0.58;

    /// <summary>How far back data count. In bins: two weeks hold two weekends, against which a calendar effect can be told.</summary>
    public int Window { get; init; } = 336;

    /// <summary>Length of the recent window, which is judged besides the whole one so that old calm does not hide a new drift. In bins.</summary>
    public int Recent { get; init; } = 96;

    /// <summary>
    /// A series without a sign of drift, or with a drift beyond doubt, is fitted once in so many bins; at 1 every series at
    /// every look. In bins.
    /// </summary>
    public int RefitEvery { get; init; } = 6;

    /// <summary>With fewer bins a series is not judged.</summary>
    public int LeastBins { get; init; } = 8;

    /// <summary>With fewer bins a series is suspected at most.</summary>
    public int LeastBinsToDrift { get; init; } = 14;

    /// <summary>The age over which a drift's ratio is told: latency at this age over latency at age 0. In bins.</summary>
    public double RatioAge { get; init; } = 24;

    /// <summary>q of Benjamini and Hochberg within one fleet and look, for a verdict of drift.</summary>
    public double FalseDiscoveryRate { get; init; } = 0.04;

    /// <summary>q of Benjamini and Hochberg from which a series is suspected.</summary>
    public double SuspectedRate { get; init; } = 0.15;

    /// <summary>
    /// A step at a deploy is told from this normal score on: with some fifteen deploys in the window and noise that repeats
    /// itself, 3.5 told one false step for each five true ones.
    /// </summary>
    public double StepScore { get; init; } = 4;

    /// <summary>
    /// And from this score beside a rise with age that the deploy may have changed: below, the deploy ended a drift or brought one.
    /// </summary>
    public double StepScoreBesideRise { get; init; } = 2.5;

    /// <summary>A smaller step, up or down, is not worth telling.</summary>
    public double LeastStep { get; init; } = 1.1;

    /// <summary>Unit of all lengths, in seconds.</summary>
    internal double BinSeconds => Bins.WidthSeconds;
}
