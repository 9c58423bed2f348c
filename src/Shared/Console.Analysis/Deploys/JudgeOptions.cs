namespace FleetConsole.Analysis.Deploys;

/// <summary>By what a deploy is judged.</summary>
public sealed record JudgeOptions
{
    /// <summary>
    /// Width of a bin. Five minutes: at one request a second a p99 still rests on three requests, and half an hour,
    /// after which people want a first word, has six of them.
    /// </summary>
    public TimeSpan Bin { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Bins that both versions must have at equal age. Six: a level and a slope, and what they leave over.</summary>
    public int LeastBins { get; init; } = 6;

    /// <summary>Bins compared at most: a day of five minutes each, which is how old a process gets where deploys are daily.</summary>
    public int MostBins { get; init; } = 288;

    /// <summary>Oldest age compared, in seconds.</summary>
    public double LongestAgeSeconds => MostBins * Bin.TotalSeconds;

    /// <summary>A change that is smaller is none: nobody acts on 5 %, and two processes of one version differ by as much.</summary>
    public double Floor { get; init; } = 0.05;

    /// <summary>
    /// Unchanged means that the whole 95 % interval lies within this, either way (an equivalence test; Schuirmann 1987).
    /// Processes and days differ by so much that four hosts have an interval of 11 % at best: 10 % would never be said of them.
    /// </summary>
    public double Margin { get; init; } = 0.15;

    /// <summary>
    /// q of Benjamini and Hochberg over the verdicts of one deploy: of those that say better or worse, so many may be chance.
    /// </summary>
    public double FalseDiscoveryRate { get; init; } = 0.05;

    /// <summary>Caches are cold for about this many bins after a start.</summary>
    public double ColdStartBins { get; init; } = 3;
}
