using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Drift;

/// <summary>Describes the series of a fleet whose scores call for it.</summary>
internal static class FleetFindings
{
    /// <returns>One for each fit; null where the score is below the level of suspicion.</returns>
    public static DriftFinding?[] Of(
        IReadOnlyList<DriftFit> fits,
        DriftScore[] scores,
        DriftLevels levels,
        IReadOnlyDictionary<HostId, MetricBins> metrics,
        DriftOptions options)
    {
        var drafts = new SeriesFinding?[fits.Count];
        for (var i = 0; i < drafts.Length; i++)
        {
            if (fits[i].Bins >= options.LeastBins && scores[i].Score >= levels.Suspected)
                drafts[i] = SeriesFinding.Of(fits[i], scores[i], metrics.GetValueOrDefault(fits[i].Series.Host), options);
        }

        var ranking = Rank(drafts, scores);
        var levelsByMethod = MethodLevels(fits, drafts);
        return [.. drafts.Select((draft, i) => draft?.Finish(
            levels, ranking, Against(levelsByMethod.GetValueOrDefault(fits[i].Series.Method), i)))];
    }

    // Every finding's correlations, as Fisher z, weighted by the surplus of its score over what anybody has.
    private static Dictionary<string, double> Rank(SeriesFinding?[] drafts, DriftScore[] scores)
    {
        var sums = new Dictionary<string, (double Sum, double Weight)>(StringComparer.Ordinal);
        for (var i = 0; i < drafts.Length; i++)
        {
            foreach (var metric in drafts[i]?.CoMoving ?? [])
            {
                var (sum, weight) = sums.GetValueOrDefault(metric.Name);
                var w = Math.Max(scores[i].Score, 0.1);
                sums[metric.Name] = (sum + (w * Math.Atanh(Math.Clamp(metric.Correlation, -0.999, 0.999))), weight + w);
            }
        }

        return sums.ToDictionary(s => s.Key, s => s.Value.Sum / s.Value.Weight, StringComparer.Ordinal);
    }

    private static Dictionary<string, List<(int Index, double Level, double Error)>> MethodLevels(IReadOnlyList<DriftFit> fits, SeriesFinding?[] drafts)
    {
        var byMethod = new Dictionary<string, List<(int, double, double)>>(StringComparer.Ordinal);
        for (var i = 0; i < drafts.Length; i++)
        {
            if (drafts[i] is not { } draft)
                continue;
            if (!byMethod.TryGetValue(fits[i].Series.Method, out var list))
                byMethod[fits[i].Series.Method] = list = [];
            list.Add((i, draft.LevelAtRatioAge, draft.LevelError));
        }

        return byMethod;
    }

    private static Estimate? Against(List<(int Index, double Level, double Error)>? hosts, int index)
    {
        var mine = hosts?.Find(h => h.Index == index);
        var others = hosts?.Where(h => h.Index != index).ToList();
        if (mine is not { } own || others is not { Count: > 0 })
            return null;
        var (mean, error) = RandomEffects.Pool([.. others.Select(o => o.Level)], [.. others.Select(o => o.Error * o.Error)]);
        return Estimate.Normal(own.Level - mean, Math.Sqrt((own.Error * own.Error) + (error * error))).Map(Math.Exp);
    }
}
