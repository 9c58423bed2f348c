namespace FleetConsole.Analysis.Profiling;

/// <summary>What became of a group.</summary>
public enum GroupChange
{
    /// <summary>As many as before.</summary>
    Same,

    /// <summary>More than before.</summary>
    Grew,

    /// <summary>Fewer than before.</summary>
    Shrank,

    /// <summary>There were none before.</summary>
    Appeared,

    /// <summary>There are none any more.</summary>
    Vanished,
}

/// <summary>A group in two dumps.</summary>
/// <param name="Group">As it is after; as it was before where there is none after.</param>
public sealed record GroupDifference(GoroutineGroup Group, int Before, int After)
{
    /// <summary>What became of it.</summary>
    public GroupChange Change => (Before, After) switch
    {
        (0, > 0) => GroupChange.Appeared,
        ( > 0, 0) => GroupChange.Vanished,
        _ when After > Before => GroupChange.Grew,
        _ when After < Before => GroupChange.Shrank,
        _ => GroupChange.Same,
    };
}

/// <summary>Two dumps compared, group by group.</summary>
public static class DumpDiff
{
    /// <summary>
    /// All groups of both, those that changed most first. Groups are the same by their functions alone: a new version moves lines, and a new Go spells reasons anew.
    /// </summary>
    public static IReadOnlyList<GroupDifference> Of(GoroutineDump before, GoroutineDump after)
    {
        var (old, now) = (Counted(before), Counted(after));
        return [.. old.Keys.Union(now.Keys, StringComparer.Ordinal)
            .Select(key => new GroupDifference(
                now.TryGetValue(key, out var group) ? group.Group : old[key].Group, old.GetValueOrDefault(key).Count, now.GetValueOrDefault(key).Count))
            .OrderByDescending(group => Math.Abs((long)group.After - group.Before)).ThenByDescending(group => group.After)];
    }

    private static Dictionary<string, (GoroutineGroup Group, int Count)> Counted(GoroutineDump dump) => dump.Groups
        .GroupBy(Key, StringComparer.Ordinal)
        .ToDictionary(same => same.Key, same => (same.First(), same.Sum(group => group.Count)), StringComparer.Ordinal);

    // A crash shows the wrapper that a go statement makes of a call with arguments (creator.func1, since Go 1.21 creator.gowrap1), pprof does not.
    private static string Key(GoroutineGroup group)
    {
        var functions = group.Stack.Select(frame => frame.Function).ToList();
        if (functions.Count > 1 && group.CreatedBy.Length > 0
            && (functions[^1].StartsWith(group.CreatedBy + ".func", StringComparison.Ordinal) || functions[^1].StartsWith(group.CreatedBy + ".gowrap", StringComparison.Ordinal)))
            functions.RemoveAt(functions.Count - 1);
        return string.Join('\n', functions);
    }
}
