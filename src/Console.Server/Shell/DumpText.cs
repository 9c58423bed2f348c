using System.Globalization;
using FleetConsole.Analysis.Profiling;
using FleetConsole.Server.Features.Captures;

namespace FleetConsole.Server.Shell;

/// <summary>A dump as text for a terminal or a mail.</summary>
internal static class DumpText
{
    // More waits than these are channels at which one or two wait.
    private const int MostWaits = 20;

    public static void Write(GoroutineDump dump, TextWriter output)
    {
        output.WriteLine(dump.Finding);
        output.WriteLine();
        if (DumpWords.Which(dump) is { Length: > 0 } which)
            output.WriteLine(which);
        if (dump.Cause.Length > 0)
            output.WriteLine($"Ended by: {dump.Cause}");
        output.WriteLine($"End of the dump: {dump.End switch { DumpEnd.Whole => "there", DumpEnd.CutOff => "missing, so there were more goroutines", _ => "not marked in this form" }}");
        if (dump.MissingLines > 0)
            output.WriteLine($"Lines missing between others: at least {dump.MissingLines}");
        output.WriteLine($"Reasons: {string.Join(", ", dump.Reasons.Select(reason => $"{DumpWords.Name(reason.Reason)} {reason.Count}"))}");
        if (dump.WaitTimes.Count > 0)
            output.WriteLine($"Waiting for: {string.Join(", ", dump.WaitTimes.Select(bucket => $"{DumpWords.Range(bucket)} {bucket.Count}"))}");
        WriteWaits(dump, output);
        foreach (var group in dump.Groups)
            Write(group, $"{group.Count}", output);
    }

    public static void Write(GoroutineDump older, GoroutineDump newer, TextWriter output)
    {
        output.WriteLine($"older: {older.Finding}");
        output.WriteLine($"newer: {newer.Finding}");
        foreach (var difference in DumpDiff.Of(older, newer).Where(difference => difference.Change != GroupChange.Same))
            Write(difference.Group, $"{difference.Change.ToString().ToLowerInvariant()}: {difference.Before} -> {difference.After}", output);
    }

    private static void WriteWaits(GoroutineDump dump, TextWriter output)
    {
        foreach (var wait in dump.Waits.Take(MostWaits))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{wait.Waiters} wait for {wait.Name}{(wait.Address == 0 ? "" : $" at 0x{wait.Address:x}")}{DumpWords.Longest(wait.Longest)}{DumpWords.Held(wait.Holder)}"));
        }

        if (dump.Waits.Count > MostWaits)
            output.WriteLine($"and {dump.Waits.Skip(MostWaits).Sum(wait => wait.Waiters)} more for {dump.Waits.Count - MostWaits} other things");
    }

    private static void Write(GoroutineGroup group, string head, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"{head} [{DumpWords.Name(group.Reason)}]{DumpWords.Longest(group.Longest)}{(group.Example > 0 ? $", such as goroutine {group.Example}" : "")}{(group.LockedToThread > 0 ? $", {group.LockedToThread} locked to a thread" : "")}");
        if (group.Stack.Count == 0)
            output.WriteLine("    (its stack is not in the dump)");
        foreach (var frame in group.Stack)
            output.WriteLine($"    {frame.Function}  {frame.File}{(frame.Line > 0 ? $":{frame.Line}" : "")}");
        if (group.CreatedBy.Length > 0)
            output.WriteLine($"    created by {group.CreatedBy}");
    }
}
