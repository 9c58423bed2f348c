namespace FleetConsole.Analysis.Drift;

/// <summary>Verdicts of hosts, methods and the fleet: the pooled effect of their series.</summary>
internal sealed class GroupVerdicts(
    IReadOnlyList<DriftFit> fits, FleetPools pools, SeriesVerdict[] verdicts, DriftLevels levels, DriftOptions options)
{
    public IReadOnlyList<GroupVerdict> Of(PoolLevel level)
    {
        var groups = new SortedDictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < fits.Count; i++)
        {
            var name = FleetPools.Name(fits[i], level);
            if (!groups.TryGetValue(name, out var members))
                groups[name] = members = [];
            members.Add(i);
        }

        if (level == PoolLevel.Fleet && groups.Count == 0)
            groups[""] = [];
        return [.. groups.Select(g => Judge(g.Key, level, g.Value))];
    }

    private GroupVerdict Judge(string name, PoolLevel level, List<int> members)
    {
        var judged = members.Where(i => fits[i].Bins >= options.LeastBins).ToList();
        return new(
            name,
            judged.Count == 0
                ? new DriftVerdict.NotEnoughData(members.Select(i => fits[i].Bins).DefaultIfEmpty(0).Max(), options.LeastBins)
                : Verdict(name, level, judged),
            judged.Count,
            judged.Count(i => verdicts[i].Verdict is DriftVerdict.Drifting),
            judged.Count(i => verdicts[i].Verdict is DriftVerdict.Suspected));
    }

    // Two series have no common effect to speak of: then it is the stronger one's verdict.
    private DriftVerdict Verdict(string name, PoolLevel level, List<int> judged)
    {
        var strongest = judged.Select(i => verdicts[i].Verdict).MaxBy(Strength)!;
        if (judged.Count < EffectPool.LeastMembers)
            return strongest;
        var pooled = FleetScores.OfGroup(pools, level, name, [.. judged.Select(i => fits[i])]);
        if (Finding(strongest) is not { } finding || pooled.Score < levels.Suspected)
            return new DriftVerdict.Steady(Ratio(pooled), pooled.Score, (strongest as DriftVerdict.Steady)?.Resolved);
        var common = finding with
        {
            Ratio = Ratio(pooled),
            Evidence = finding.Evidence with
            {
                Score = pooled.Score,
                Quantile = pooled.Quantile,
                Span = pooled.Span,
                Shape = pooled.Shape,
                Level = level,
                Coefficient = pooled.Coefficient,
                Error = pooled.Error,
            },
        };
        return pooled.Score >= levels.Drifting && strongest is DriftVerdict.Drifting
            ? new DriftVerdict.Drifting(common)
            : new DriftVerdict.Suspected(common);
    }

    private Estimate Ratio(in DriftScore score)
    {
        var unit = AgeShapes.At(score.Shape, options.RatioAge);
        return score.Score > DriftScore.None
            ? Estimate.Normal(score.Coefficient * unit, score.Error * unit).Map(Math.Exp)
            : new(1, 0, double.PositiveInfinity);
    }

    private static double Strength(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Drifting drifting => 2000 + drifting.Finding.Evidence.Score,
        DriftVerdict.Suspected suspected => 1000 + suspected.Finding.Evidence.Score,
        DriftVerdict.Steady steady => steady.Score,
        _ => double.NegativeInfinity,
    };

    private static DriftFinding? Finding(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Drifting drifting => drifting.Finding,
        DriftVerdict.Suspected suspected => suspected.Finding,
        _ => null,
    };
}
