namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// Finds who waits for what. Waiters belong together by the lock's name where there is one such lock in a process, else by its address, else by where they want it.
/// Channels have names where a library's function waits for them, addresses in crashes, and else the place.
/// </summary>
internal sealed class LockWaits(DumpBuilder builder, DumpGroup[] groups, bool hasMinutes)
{
    private readonly Dictionary<(string Name, ulong Address), Wait> _waits = [];

    public IReadOnlyList<LockWait> Find()
    {
        foreach (var row in builder.Rows)
            Add(row);
        Adopt();
        var holders = new LockHolders(builder, groups);
        return [.. _waits.Values.Select(wait => wait.ToLockWait(builder, hasMinutes, holders))
            .OrderBy(wait => wait.Kind == WaitKind.Channel).ThenByDescending(wait => wait.Waiters).ThenBy(wait => wait.Name, StringComparer.Ordinal)];
    }

    private void Add(GoroutineRow row)
    {
        var reason = groups[row.Group].Reason;
        var stack = builder.Stack(row.Group);
        if (stack.Length <= row.LockFrames)
            return;
        var caller = stack[row.LockFrames];
        var function = builder.Function(caller.Function);
        if (row.LockFrames > 0 && IsLockReason(reason))
            Add(row, caller, row.Kind, LockNames.OfLock(function), $"a {Word(row.Kind)} in {function}");
        else if (row.LockFrames == 0 && IsChannelReason(reason, function))
            Add(row, caller, WaitKind.Channel, LockNames.OfChannel(function) is { } name ? (name, false) : null, $"{reason} in {function}");
    }

    private void Add(GoroutineRow row, FrameKey caller, WaitKind kind, (string Name, bool IsOne)? known, string place)
    {
        var key = known is { IsOne: true } one ? (one.Name, 0UL) : row.Address != 0 ? ("", row.Address) : (known?.Name ?? place, 0UL);
        if (!_waits.TryGetValue(key, out var wait))
            _waits.Add(key, wait = new(known?.Name ?? place, known is not null));
        wait.Add(row, caller, kind, known?.Name);
    }

    // Of one lock's waiters some have lost its address to a register that was used again: they stand at the place where the others do.
    private void Adopt()
    {
        foreach (var (key, lost) in _waits.Where(wait => wait.Key.Address == 0 && wait.Value.Address == 0).ToList())
        {
            var others = _waits.Where(wait => wait.Key.Address != 0 && wait.Value.Callers.Keys.Intersect(lost.Callers.Keys).Any()).Take(2).ToList();
            if (others.Count != 1)
                continue;
            others[0].Value.Add(lost);
            _waits.Remove(key);
        }
    }

    // Where a dump gives no reasons they were told from the stacks. A goroutine that is runnable in Lock has been woken already.
    private static bool IsLockReason(string reason) =>
        reason.StartsWith("semacquire", StringComparison.Ordinal) || reason.StartsWith("sync.Mutex", StringComparison.Ordinal) || reason.StartsWith("sync.RWMutex", StringComparison.Ordinal);

    private static bool IsChannelReason(string reason, string function) =>
        reason.StartsWith("chan ", StringComparison.Ordinal) || (reason.StartsWith("select", StringComparison.Ordinal) && LockNames.OfChannel(function) is not null);

    private static string Word(WaitKind kind) => kind == WaitKind.Mutex ? "mutex" : "read-write lock";

    /// <summary>What is gathered of one lock.</summary>
    internal sealed class Wait(string name, bool isNamed)
    {
        private readonly Dictionary<WaitKind, int> _kinds = [];
        private string _name = name;
        private bool _isNamed = isNamed;
        private int _waiters, _longest, _forMinutes;

        public ulong Address { get; private set; }

        public Dictionary<FrameKey, int> Callers { get; } = [];

        public HashSet<int> Groups { get; } = [];

        public void Add(GoroutineRow row, FrameKey caller, WaitKind kind, string? known)
        {
            if (!_isNamed && known is not null)
                (_name, _isNamed) = (known, true);
            Address = row.Address != 0 ? row.Address : Address;
            _waiters += row.Count;
            _longest = Math.Max(_longest, row.Minutes);
            _forMinutes += row.Minutes >= 1 ? row.Count : 0;
            Callers[caller] = Callers.GetValueOrDefault(caller) + row.Count;
            _kinds[kind] = _kinds.GetValueOrDefault(kind) + row.Count;
            Groups.Add(row.Group);
        }

        public void Add(Wait other)
        {
            _waiters += other._waiters;
            _longest = Math.Max(_longest, other._longest);
            _forMinutes += other._forMinutes;
            foreach (var (caller, count) in other.Callers)
                Callers[caller] = Callers.GetValueOrDefault(caller) + count;
            Groups.UnionWith(other.Groups);
        }

        public LockWait ToLockWait(DumpBuilder builder, bool hasMinutes, LockHolders holders)
        {
            var kind = _kinds.MaxBy(kind => kind.Value).Key;
            var callers = Callers.OrderByDescending(caller => caller.Value)
                .Select(caller => new LockCaller(builder.Function(caller.Key.Function), builder.File(caller.Key.Function), caller.Key.Line, caller.Value));
            return new(_name, _isNamed, kind, Address, _waiters, [.. callers], hasMinutes ? _longest : null, _forMinutes,
                kind == WaitKind.Channel ? null : holders.Find(this, _waiters));
        }
    }
}
