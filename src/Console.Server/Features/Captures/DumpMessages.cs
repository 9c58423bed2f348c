using System.Globalization;
using FleetConsole.Analysis.Profiling;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Server.Features.Captures;

/// <summary>Dumps as they travel: what is not seen is not sent.</summary>
internal static class DumpMessages
{
    private const int MostGroups = 200;
    private const int MostWaits = 50;
    private const int MostCallers = 5;
    private const int MostFrames = 60;

    public static DumpViewReply Of(GoroutineDump dump)
    {
        var reply = new DumpViewReply { Finding = dump.Finding, Goroutines = dump.Goroutines };
        reply.Notes.AddRange(Notes(dump));
        reply.Waits.AddRange(dump.Waits.Take(MostWaits).Select(Of));
        reply.Reasons.AddRange(dump.Reasons.Select(reason => Count(DumpWords.Name(reason.Reason), reason.Count)));
        reply.WaitTimes.AddRange(dump.WaitTimes.Select(bucket => Count(DumpWords.Range(bucket), bucket.Count)));
        return reply;
    }

    public static void AddGroups(DumpViewReply reply, GoroutineDump dump)
    {
        reply.AllGroups = dump.Groups.Count;
        reply.Groups.AddRange(dump.Groups.Take(MostGroups).Select(group => Of(group, group.Count)));
    }

    public static void AddGroups(DumpViewReply reply, GoroutineDump before, GoroutineDump after)
    {
        (reply.BaseFinding, reply.BaseGoroutines) = (before.Finding, before.Goroutines);
        var changed = DumpDiff.Of(before, after).Where(difference => difference.Change != GroupChange.Same).ToList();
        reply.AllGroups = changed.Count;
        foreach (var difference in changed.Take(MostGroups))
        {
            var group = Of(difference.Group, difference.After);
            (group.BaseCount, group.Change) = (difference.Before, difference.Change.ToString().ToLowerInvariant());
            reply.Groups.Add(group);
        }
    }

    private static IEnumerable<string> Notes(GoroutineDump dump)
    {
        if (DumpWords.Which(dump) is { Length: > 0 } which)
            yield return which;
        if (dump.Cause.Length > 0)
            yield return $"The process was ended by: {dump.Cause}";
        if (dump.End == DumpEnd.CutOff)
            yield return "The end of the dump is missing, so there were more goroutines.";
        if (dump.MissingLines > 0)
            yield return $"At least {dump.MissingLines} lines are missing between others.";
    }

    private static DumpWait Of(LockWait wait)
    {
        var address = wait.Address == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"at 0x{wait.Address:x}");
        var message = new DumpWait
        {
            Name = wait.Name,
            Waiters = wait.Waiters,
            Detail = $"{address}{DumpWords.Longest(wait.Longest)}{DumpWords.Held(wait.Holder)}".TrimStart(',', ';', ' '),
        };
        message.Callers.AddRange(wait.Callers.Take(MostCallers).Select(caller => Count(caller.Function, caller.Waiters)));
        return message;
    }

    private static DumpGroup Of(GoroutineGroup group, int count)
    {
        var parts = new[]
        {
            DumpWords.Longest(group.Longest).TrimStart(',', ' '),
            group.Example > 0 ? $"such as goroutine {group.Example}" : "",
            group.LockedToThread > 0 ? $"{group.LockedToThread} locked to a thread" : "",
        };
        var message = new DumpGroup { Count = count, Reason = DumpWords.Name(group.Reason), Detail = string.Join(", ", parts.Where(part => part.Length > 0)), CreatedBy = group.CreatedBy };
        message.Stack.AddRange(group.Stack.Take(MostFrames).Select(frame =>
            new Contracts.V1.DumpFrame { Function = frame.Function, Place = frame.Line > 0 ? $"{frame.File}:{frame.Line}" : frame.File }));
        return message;
    }

    private static DumpCount Count(string name, int count) => new() { Name = name, Count = count };
}
