namespace FleetConsole.Analysis.Profiling;

/// <summary>Makes a dump of what was gathered.</summary>
internal sealed class DumpSummary
{
    // In minutes. Go tells whole minutes and nothing below one.
    private static readonly int[] s_edges = [0, 1, 5, 15, 60];

    private readonly DumpBuilder _builder;
    private readonly ToldOfDump _told;
    private readonly DumpGroup[] _groups;

    private DumpSummary(DumpBuilder builder, ToldOfDump told)
    {
        (_builder, _told) = (builder, told);
        _groups = new DumpGroup[builder.GroupCount];
        for (var i = 0; i < _groups.Length; i++)
            _groups[i] = new(builder, i);
        foreach (var row in builder.Rows)
            _groups[row.Group].Add(row);
    }

    public static GoroutineDump Of(DumpBuilder builder, ToldOfDump told) => new DumpSummary(builder, told).ToDump();

    /// <summary>Whether a goroutine with that reason waits for anything.</summary>
    public static bool IsWaiting(string reason) => reason is not ("running" or "runnable" or "syscall" or "copystack" or "preempted" or "dead" or "");

    private GoroutineDump ToDump()
    {
        var dump = new GoroutineDump
        {
            Finding = "",
            Goroutines = Sum(_groups),
            Groups = [.. _groups.Where(group => group.Count > 0).Select(ToGroup).OrderByDescending(group => group.Count)],
            Reasons = [.. _groups.Where(group => group.Count > 0).GroupBy(group => group.Reason, StringComparer.Ordinal).Select(same => new ReasonCount(same.Key, Sum(same)))
                .OrderByDescending(reason => reason.Count).ThenBy(reason => reason.Reason, StringComparer.Ordinal)],
            WaitTimes = _told.HasMinutes ? WaitTimes() : [],
            Waits = new LockWaits(_builder, _groups, _told.HasMinutes).Find(),
            End = _told.End,
            Cause = _told.Cause ?? "",
            MissingLines = _told.MissingLines,
        };
        return dump with { Finding = DumpFinding.Of(dump) };
    }

    private GoroutineGroup ToGroup(DumpGroup group)
    {
        var frames = new List<DumpFrame>();
        foreach (var frame in _builder.Stack(group.Index))
            frames.Add(new(_builder.Function(frame.Function), _builder.File(frame.Function), frame.Line));
        var creator = _builder.Head(group.Index).Creator;
        return new(
            group.Count, group.Reason, frames, creator == 0 ? "" : _builder.Function(creator - 1),
            _told.HasMinutes && IsWaiting(group.Reason) ? group.Longest : group.Longest > 0 ? group.Longest : null,
            group.ForMinutes, group.Locked, group.Example);
    }

    private List<WaitBucket> WaitTimes()
    {
        var counts = new int[s_edges.Length];
        foreach (var row in _builder.Rows)
        {
            if (IsWaiting(_groups[row.Group].Reason))
                counts[Array.FindLastIndex(s_edges, edge => edge <= Math.Max(0, row.Minutes))] += row.Count;
        }

        return [.. counts.Select((count, i) => new WaitBucket(s_edges[i], i + 1 < s_edges.Length ? s_edges[i + 1] : null, count))];
    }

    private static int Sum(IEnumerable<DumpGroup> groups) => groups.Sum(group => group.Count);
}

/// <summary>A group while it is counted.</summary>
internal sealed class DumpGroup(DumpBuilder builder, int index)
{
    public int Index { get; } = index;

    public string Reason { get; } = builder.Reason(builder.Head(index).Reason);

    public int Count { get; private set; }

    public int Longest { get; private set; }

    public int ForMinutes { get; private set; }

    public int Locked { get; private set; }

    /// <summary>The number of the goroutine that waits longest, the first of them.</summary>
    public long Example { get; private set; }

    public bool IsUnavailable { get; private set; }

    public void Add(GoroutineRow row)
    {
        if (Count == 0 || row.Minutes > Longest)
            Example = row.Id;
        Count += row.Count;
        Longest = Math.Max(Longest, row.Minutes);
        ForMinutes += row.Minutes >= 1 ? row.Count : 0;
        Locked += row.IsLockedToThread ? row.Count : 0;
        IsUnavailable |= row.IsUnavailable;
    }
}
