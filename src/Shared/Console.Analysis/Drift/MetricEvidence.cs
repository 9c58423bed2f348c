namespace FleetConsole.Analysis.Drift;

/// <summary>
/// What the hosts' metrics take off a score. Where no metric explains the latency as well as plain age does, nothing that
/// grows in the process drives it, and the rise is rather the calendar's or chance. That a metric grows adds nothing.
/// </summary>
internal static class MetricEvidence
{
    // Measured on generated fleets, see docs/drift.md.
    private const double Weight = 1.5;
    private const double Most = 2;

    // Without metrics nothing can be taken off, and the level is set for fleets that have them. Where those had q = .05 the others had .025, which is this much for twenty series.
    private const double Blind = 0.25;

    private const double LeastWeight = 0.1;

    /// <summary>The scores with what metrics take off; those without a draft as they are.</summary>
    /// <param name="fits">One for each series.</param>
    /// <param name="scores">With what restarts say.</param>
    /// <param name="drafts">One for each series; null where the score is small.</param>
    /// <param name="options">The settings.</param>
    public static DriftScore[] Taken(IReadOnlyList<DriftFit> fits, DriftScore[] scores, SeriesFinding?[] drafts, DriftOptions options)
    {
        var tracked = Enumerable.Range(0, fits.Count).Where(i => drafts[i]?.Tracks.Count > 0).ToList();
        var groups = new Dictionary<(PoolLevel, string), double>();
        var taken = (DriftScore[])scores.Clone();
        for (var i = 0; i < taken.Length; i++)
        {
            if (drafts[i] is { } draft && draft.Tracks.Count == 0 && fits[i].Bins >= options.LeastBinsToDrift)
                taken[i] = scores[i] with { Score = scores[i].Score - Blind };
        }

        foreach (var i in tracked)
        {
            var level = scores[i].Level;
            var key = (level, level == PoolLevel.Own ? FormattableString.Invariant($"{i}") : FleetPools.Name(fits[i], level));
            if (!groups.TryGetValue(key, out var surplus))
                groups[key] = surplus = Surplus(tracked.Where(j => level == PoolLevel.Own ? j == i : FleetPools.Name(fits[j], level) == key.Item2), scores, drafts);
            taken[i] = scores[i] with { Score = scores[i].Score + (Weight * Math.Clamp(surplus, -Most, 0)) };
        }

        return taken;
    }

    // Of the best metric, the mean over the series that lent each other strength: one drift has one cause.
    private static double Surplus(IEnumerable<int> members, DriftScore[] scores, SeriesFinding?[] drafts)
    {
        var sums = new Dictionary<string, (double Sum, double Weight)>(StringComparer.Ordinal);
        foreach (var i in members)
        {
            var w = Math.Max(scores[i].Score, LeastWeight);
            foreach (var track in drafts[i]!.Tracks)
            {
                var (sum, weight) = sums.GetValueOrDefault(track.Name);
                sums[track.Name] = (sum + (w * track.Surplus), weight + w);
            }
        }

        return sums.Values.Max(s => s.Sum / s.Weight);
    }
}
