using FleetConsole.Analysis.Drift;

namespace FleetConsole.Server.Features.Findings;

/// <summary>An open finding of drift, as the ledger has it.</summary>
internal sealed record OpenDrift(string Key, IReadOnlySet<(string Host, string Method)> Series);

/// <summary>Which finding a look's cause is.</summary>
internal static class DriftKeys
{
    /// <summary>
    /// The open finding that shares most series with a cause, at least half of the smaller of the two, is the same: what
    /// moves with it may change its rank from look to look. Otherwise the cause is one by its metric, with a number where
    /// another has that name.
    /// </summary>
    public static IEnumerable<(DriftCause Cause, string Key)> Match(IReadOnlyList<DriftCause> causes, IReadOnlyList<OpenDrift> open, DriftOptions options)
    {
        var left = open.ToList();
        var taken = open.Select(f => f.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var cause in causes.OrderByDescending(c => c.Series.Count))
        {
            var own = cause.Series.Select(s => (s.Series.Host.Name, s.Series.Method)).ToHashSet();
            var same = left.Select(f => (Finding: f, Shared: own.Count(f.Series.Contains)))
                .Where(f => f.Shared * 2 >= Math.Min(own.Count, f.Finding.Series.Count)).OrderByDescending(f => f.Shared).FirstOrDefault().Finding;
            if (same is not null)
                left.Remove(same);
            var key = same?.Key ?? Free(FormattableString.Invariant($"drift/{options.Bins.WidthSeconds:0}/{cause.Metric}"), taken);
            taken.Add(key);
            yield return (cause, key);
        }
    }

    private static string Free(string key, HashSet<string> taken) =>
        Enumerable.Range(1, taken.Count + 1).Select(n => n == 1 ? key : FormattableString.Invariant($"{key}/{n}")).First(name => !taken.Contains(name));

    /// <summary>
    /// Open findings that no cause of the look is, though some of their series still drift: those are part of a cause that
    /// is another finding, and one cause is one finding.
    /// </summary>
    /// <param name="matched">Keys that the look's causes are.</param>
    public static IEnumerable<(string Key, string By)> Absorbed(Look look, IReadOnlyList<OpenDrift> open, IReadOnlyCollection<string> matched)
    {
        var drifting = look.Causes.SelectMany(c => c.Series.Select(s => (s.Series.Host.Name, s.Series.Method))).ToHashSet();
        return open.Where(f => !matched.Contains(f.Key) && f.Series.Any(drifting.Contains)).Select(f => (f.Key, "a wider finding, which has its series"));
    }

    /// <summary>
    /// Open findings that are over: none of their series drifts or is suspected, and at least half can be judged and are
    /// steady. Right after a restart there is too little to judge, and nothing ends.
    /// </summary>
    public static IEnumerable<(string Key, string By)> Ended(Look look, IReadOnlyList<OpenDrift> open)
    {
        foreach (var finding in open)
        {
            var series = look.Report.Series.Where(s => finding.Series.Contains((s.Host.Name, s.Method))).ToList();
            var steady = series.Count(s => s.Verdict is DriftVerdict.Steady);
            if (steady * 2 >= finding.Series.Count && !series.Exists(s => s.Verdict is DriftVerdict.Drifting or DriftVerdict.Suspected))
                yield return (finding.Key, DriftWords.Ending(series));
        }
    }
}
