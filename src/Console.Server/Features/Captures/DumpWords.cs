using FleetConsole.Analysis.Profiling;

namespace FleetConsole.Server.Features.Captures;

/// <summary>What a dump says, in the words of the page and of the shell alike.</summary>
internal static class DumpWords
{
    /// <summary>Which of several dumps this is; empty where there is but one.</summary>
    public static string Which(GoroutineDump dump) => dump switch
    {
        { Dumps: 1 } => "",
        _ when dump.Dump == dump.Dumps => $"The text holds {dump.Dumps} dumps; this is the last of them.",
        _ => $"The text holds {dump.Dumps} dumps; this is number {dump.Dump}, the last that has its end.",
    };

    public static string Name(string reason) => reason.Length == 0 ? "reason not told" : reason;

    public static string Longest(int? minutes) => minutes switch
    {
        null => "",
        0 => ", none for a whole minute",
        1 => ", the longest for 1 minute",
        _ => $", the longest for {minutes} minutes",
    };

    public static string Held(LockHolder? holder) => holder switch
    {
        null => "",
        { Function: "" } => $"; perhaps held by goroutine {holder.Goroutine}, whose stack is not in the dump",
        _ => $"; held by {(holder.Goroutine > 0 ? $"goroutine {holder.Goroutine}" : "one")} in {holder.Function}, it seems ({Name(holder.Reason)} in {holder.At})",
    };

    public static string Range(WaitBucket bucket) => bucket switch
    {
        { FromMinutes: 0 } => "less than a minute",
        { ToMinutes: { } to } => $"{bucket.FromMinutes} to {to - 1} minutes",
        _ => $"{bucket.FromMinutes} minutes or more",
    };
}
