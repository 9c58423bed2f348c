namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// Looks for who seems to have a lock: Go does not say. A goroutine that is inside of a function in which others wait for the lock, further down in it than they, has taken
/// it there and may have it still; one that runs or is in a system call more likely than one that waits, one near the place more likely than one far from it.
/// </summary>
internal sealed class LockHolders(DumpBuilder builder, DumpGroup[] groups)
{
    // Fewer waiters than this are no queue in which a goroutine without a stack would be suspected.
    private const int Queue = 5;

    private const int Unlikely = int.MaxValue;

    public LockHolder? Find(LockWaits.Wait wait, int waiters)
    {
        LockHolder? best = null;
        var bestRank = (State: Unlikely, Distance: Unlikely);
        foreach (var group in groups)
        {
            if (group.Count == 0 || wait.Groups.Contains(group.Index))
                continue;
            if (Inside(wait, group) is not var (function, distance))
                continue;
            var rank = (State(group.Reason), distance);
            if (rank.CompareTo(bestRank) < 0)
                (best, bestRank) = (Holder(group, function), rank);
        }

        return best ?? (waiters < Queue ? null : WithoutStack());
    }

    private (string Function, int Distance)? Inside(LockWaits.Wait wait, DumpGroup group)
    {
        var stack = builder.Stack(group.Index);
        for (var i = 0; i < stack.Length; i++)
        {
            // A frame right below the lock's own has not taken the lock.
            if (i > 0 && FunctionRoles.IsLock(builder.Role(stack[i - 1].Function)))
                continue;
            foreach (var caller in wait.Callers.Keys)
            {
                if (caller.Function == stack[i].Function && (stack[i].Line > caller.Line || caller.Line == 0))
                    return (builder.Function(caller.Function), stack[i].Line - caller.Line);
            }
        }

        return null;
    }

    private static int State(string reason) => reason switch
    {
        "running" or "syscall" => 0,
        "runnable" or "preempted" => 1,
        _ => 2,
    };

    private LockHolder Holder(DumpGroup group, string function)
    {
        var stack = builder.Stack(group.Index);
        return new(group.Example, function, builder.Function(stack[0].Function), group.Reason, group.Longest > 0 ? group.Longest : null);
    }

    private LockHolder? WithoutStack()
    {
        var unavailable = groups.Where(group => group.IsUnavailable && group.Count == 1).ToList();
        return unavailable.Count == 1 ? new(unavailable[0].Example, "", "", unavailable[0].Reason, null) : null;
    }
}
