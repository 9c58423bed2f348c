using System.Text.Json;
using FleetConsole.Analysis.Profiling;

namespace FleetConsole.Server.Shell;

/// <summary>A dump for programs. What a dump does not say is null.</summary>
internal static class DumpJson
{
    public static string Of(GoroutineDump dump) => JsonSerializer.Serialize(new
    {
        finding = dump.Finding,
        goroutines = dump.Goroutines,
        end = dump.End switch { DumpEnd.Whole => "whole", DumpEnd.CutOff => "cut_off", _ => null },
        cause = dump.Cause.Length == 0 ? null : dump.Cause,
        missing_lines = dump.MissingLines,
        dumps = dump.Dumps,
        dump = dump.Dump,
        reasons = dump.Reasons.Select(reason => new { reason = reason.Reason, count = reason.Count }),
        wait_minutes = dump.WaitTimes.Select(bucket => new { from = bucket.FromMinutes, to = bucket.ToMinutes, count = bucket.Count }),
        waits = dump.Waits.Select(wait => new
        {
            name = wait.Name,
            kind = KindOf(wait.Kind),
            address = wait.Address == 0 ? null : $"0x{wait.Address:x}",
            waiters = wait.Waiters,
            longest_minutes = wait.Longest,
            for_minutes = wait.ForMinutes,
            callers = wait.Callers.Select(caller => new { function = caller.Function, file = caller.File, line = caller.Line, waiters = caller.Waiters }),
            holder = wait.Holder is null ? null : new { goroutine = wait.Holder.Goroutine, function = wait.Holder.Function, at = wait.Holder.At, reason = wait.Holder.Reason, minutes = wait.Holder.Minutes },
        }),
        groups = dump.Groups.Select(group => new { count = group.Count, group = ShapeOf(group) }),
    });

    public static string Of(GoroutineDump older, GoroutineDump newer) => JsonSerializer.Serialize(new
    {
        older = older.Finding,
        newer = newer.Finding,
        groups = DumpDiff.Of(older, newer).Where(difference => difference.Change != GroupChange.Same).Select(difference => new
        {
            change = difference.Change.ToString().ToLowerInvariant(),
            older = difference.Before,
            newer = difference.After,
            group = ShapeOf(difference.Group),
        }),
    });

    private static object ShapeOf(GoroutineGroup group) => new
    {
        reason = group.Reason,
        longest_minutes = group.Longest,
        for_minutes = group.ForMinutes,
        locked_to_thread = group.LockedToThread,
        example = group.Example,
        created_by = group.CreatedBy,
        stack = group.Stack.Select(frame => new { function = frame.Function, file = frame.File, line = frame.Line }),
    };

    private static string KindOf(WaitKind kind) => kind switch
    {
        WaitKind.Mutex => "mutex",
        WaitKind.WriteLock => "write_lock",
        WaitKind.ReadLock => "read_lock",
        WaitKind.Channel => "channel",
        _ => "none",
    };
}
