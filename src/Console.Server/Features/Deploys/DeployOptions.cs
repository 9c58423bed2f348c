using System.ComponentModel.DataAnnotations;
using FleetConsole.Analysis.Deploys;

namespace FleetConsole.Server.Features.Deploys;

/// <summary>How deploys are found and judged. Every time constant of the judge is in bins, so that short bins make a short demo.</summary>
internal sealed class DeployOptions : IValidatableObject
{
    public const string Section = "Deploys";

    // A level, a slope and something left over.
    private const int FewestBins = 4;

    /// <summary>Pace of the rounds: how soon a restart is seen, and how often a young deploy is judged again.</summary>
    [Range(1, 3600)]
    public int PollSeconds { get; set; } = 30;

    /// <summary>Width of a bin of process age; where Prometheus scraped more rarely, three scrapes.</summary>
    [Range(5, 3600)]
    public int BinSeconds { get; set; } = 300;

    /// <summary>Bins with fewer requests are left out.</summary>
    [Range(1, 1_000_000)]
    public int LeastCount { get; set; } = 30;

    /// <summary>Bins that both versions must have at equal age before anything is said.</summary>
    [Range(FewestBins, 1000)]
    public int LeastBins { get; set; } = 6;

    /// <summary>Bins compared at most; until a deploy is so old it is judged again.</summary>
    [Range(FewestBins, 2000)]
    public int MostBins { get; set; } = 288;

    /// <summary>Processes of the old version per host that are compared with, besides the one that was replaced.</summary>
    [Range(0, 20)]
    public int EarlierProcesses { get; set; } = 3;

    /// <summary>A change at equal age that is smaller than this is none.</summary>
    [Range(1, 50)]
    public int FloorPercent { get; set; } = 5;

    /// <summary>Unchanged means that the whole interval lies within this, either way.</summary>
    [Range(2, 90)]
    public int MarginPercent { get; set; } = 15;

    public JudgeOptions ToJudge(TimeSpan bin) => new()
    {
        Bin = bin,
        LeastBins = LeastBins,
        MostBins = MostBins,
        Floor = FloorPercent / 100.0,
        Margin = MarginPercent / 100.0,
    };

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MostBins < LeastBins)
            yield return new($"Deploys:MostBins is {MostBins}; it must be at least Deploys:LeastBins ({LeastBins}).");
        if (MarginPercent < FloorPercent)
            yield return new($"Deploys:MarginPercent is {MarginPercent}; it must be at least Deploys:FloorPercent ({FloorPercent}).");
    }
}
