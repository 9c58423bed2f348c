namespace FleetConsole.Analysis.Drift;

/// <summary>
/// What restarts add to a score. A restart resets process age and nothing else: under drift latency falls by what the age
/// term says, under growth, steps and the hours of the day it does not. Each restart gives the log likelihood ratio of the
/// two under Student's t with 3 degrees of freedom, since a deploy may change anything (Lange, Little and Taylor 1989).
/// Restarts within half a day of bins are one wave and count once, by their mean: hosts are deployed to together, and what
/// else happened then happened to all.
/// </summary>
internal static class RestartEvidence
{
    // Measured on generated fleets, see docs/drift.md: a fifth of the log likelihood ratio, at most .6 of a score, either way.
    private const double Weight = 0.2;
    private const double Most = 3;

    // Two versions of different level at equal age are the simpler story.
    private const double StepHandicap = 0.5;

    // In bins.
    private const double Wave = 12;

    /// <summary>Scores below it are left alone: no restart makes them evidence.</summary>
    public const double LeastScore = 1;

    /// <summary>The scores with what restarts say of them; those without a draft as they are.</summary>
    /// <param name="fits">One for each series.</param>
    /// <param name="scores">Of the regression.</param>
    /// <param name="drafts">One for each series; null where the score is small.</param>
    /// <param name="steps">A certain step speaks against drift of the same series.</param>
    /// <param name="options">The settings.</param>
    public static DriftScore[] Added(
        IReadOnlyList<DriftFit> fits, DriftScore[] scores, SeriesFinding?[] drafts, DeploySteps steps, DriftOptions options)
    {
        var waves = new Dictionary<(PoolLevel, string, AgeShape), Dictionary<long, (double Sum, int Count)>>();
        for (var i = 0; i < drafts.Length; i++)
        {
            foreach (var fall in drafts[i]?.Falls ?? [])
            {
                var ratio = LogLikelihoodRatio(fall, scores[i].Coefficient);
                for (var level = PoolLevel.Own; level <= PoolLevel.Fleet; level++)
                    Add(waves, Key(fits[i], i, level, scores[i].Shape), (long)Math.Round(fall.At / (Wave * options.BinSeconds)), ratio);
            }
        }

        return [.. scores.Select((score, i) => drafts[i] is null ? score : score with { Score = score.Score + Restarts(score, i) - Step(i) })];

        double Restarts(in DriftScore score, int i) => waves.TryGetValue(Key(fits[i], i, score.Level, score.Shape), out var own)
            ? Weight * Math.Clamp(own.Values.Sum(w => w.Sum / w.Count), -Most, Most)
            : 0;

        double Step(int i) => steps.Largest(i) is null ? 0 : StepHandicap;
    }

    /// <summary>log p(fall | as the age term says) - log p(fall | none).</summary>
    public static double LogLikelihoodRatio(in RestartFall fall, double coefficient)
    {
        const double nu = PanelPriors.Nu;
        var scale = nu * (fall.Variance + Sawtooth.RestartVariance);
        var rest = fall.Fall - (fall.Shape * coefficient);
        return (nu + 1) / 2 * Math.Log((scale + (fall.Fall * fall.Fall)) / (scale + (rest * rest)));
    }

    private static (PoolLevel, string, AgeShape) Key(DriftFit fit, int series, PoolLevel level, AgeShape shape) =>
        (level, level == PoolLevel.Own ? FormattableString.Invariant($"{series}") : FleetPools.Name(fit, level), shape);

    private static void Add(
        Dictionary<(PoolLevel, string, AgeShape), Dictionary<long, (double Sum, int Count)>> waves, (PoolLevel, string, AgeShape) key, long wave, double ratio)
    {
        if (!waves.TryGetValue(key, out var own))
            waves[key] = own = [];
        var (sum, count) = own.GetValueOrDefault(wave);
        own[wave] = (sum + ratio, count + 1);
    }
}
