using System.ComponentModel.DataAnnotations;
using FleetConsole.Analysis.Drift;
using FleetConsole.Analysis.Latency;

namespace FleetConsole.Server.Features.Findings;

/// <summary>How the fleet is looked at for drift.</summary>
internal sealed class DriftScanOptions : IValidatableObject
{
    public const string Section = "Drift";

    /// <summary>Widths of bins that are looked at side by side; without any, bins of one hour.</summary>
    public List<DriftScaleOptions> Scales { get; set; } = [];

    /// <summary>Expected share of false verdicts among all verdicts of drift in one look.</summary>
    [Range(0.0001, 0.5)]
    public double FalseDiscoveryRate { get; set; } = new DriftOptions().FalseDiscoveryRate;

    /// <summary>The same among all that are at least suspected.</summary>
    [Range(0.0001, 0.9)]
    public double SuspectedRate { get; set; } = new DriftOptions().SuspectedRate;

    public IReadOnlyList<DriftScaleOptions> InUse => Scales.Count > 0 ? Scales : [new()];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        for (var i = 0; i < Scales.Count; i++)
        {
            var problems = new List<ValidationResult>();
            Validator.TryValidateObject(Scales[i], new(Scales[i]), problems, validateAllProperties: true);
            foreach (var problem in problems)
                yield return new($"{Section}:Scales:{i}:{string.Join(", ", problem.MemberNames)}: {problem.ErrorMessage}");
        }

        if (InUse.Select(s => s.BinSeconds).Distinct().Count() < InUse.Count)
            yield return new($"{Section}:Scales: two scales have the same BinSeconds.");
    }

    public DriftOptions Of(DriftScaleOptions scale) => new()
    {
        Bins = new() { Width = TimeSpan.FromSeconds(scale.BinSeconds), LeastCount = scale.LeastCount },
        LeastAge = scale.LeastAgeBins,
        Window = scale.WindowBins,
        Recent = scale.RecentBins,
        FalseDiscoveryRate = FalseDiscoveryRate,
        SuspectedRate = SuspectedRate,
    };
}

/// <summary>One width of bins of process age. Every time constant of the method is a number of bins.</summary>
internal sealed class DriftScaleOptions
{
    [Range(15, 86400)]
    public int BinSeconds { get; set; } = 3600;

    /// <summary>How many windows Prometheus is asked for in a bin: more lose less at restarts and cost more.</summary>
    [Range(1, 60)]
    public int WindowsPerBin { get; set; } = 6;

    /// <summary>How far back: 336 bins of an hour are two weeks.</summary>
    [Range(24, 2000)]
    public int WindowBins { get; set; } = 336;

    /// <summary>The recent part that is judged besides the whole.</summary>
    [Range(12, 2000)]
    public int RecentBins { get; set; } = 96;

    /// <summary>Younger bins are left out: cold caches.</summary>
    [Range(0, 24)]
    public double LeastAgeBins { get; set; } = new DriftOptions().LeastAge;

    /// <summary>Bins with fewer requests are left out.</summary>
    [Range(1, 100000)]
    public int LeastCount { get; set; } = new BinOptions().LeastCount;

    public TimeSpan Step => TimeSpan.FromSeconds(Math.Max(1, BinSeconds / WindowsPerBin));
}
