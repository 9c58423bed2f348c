using System.Globalization;

namespace FleetConsole.Analysis.Profiling;

/// <summary>Says what a dump says, in one sentence.</summary>
internal static class DumpFinding
{
    /// <summary>With fewer waiters a lock is no finding: a busy logger has some at any moment.</summary>
    public const int LeastWaiters = 10;

    /// <summary>Nor with a smaller part of all goroutines.</summary>
    public const double LeastShare = 0.05;

    public static string Of(GoroutineDump dump)
    {
        var worst = dump.Waits.Where(wait => wait.Kind != WaitKind.Channel || wait.IsNamed).OrderByDescending(wait => wait.Waiters).FirstOrDefault();
        var said = worst is not null && worst.Waiters >= LeastWaiters && worst.Waiters >= LeastShare * dump.Goroutines
            ? Queue(dump, worst)
            : Quiet(dump, worst);
        return said.ToString(CultureInfo.InvariantCulture) + Caveat(dump) + ".";
    }

    private static FormattableString Queue(GoroutineDump dump, LockWait wait) =>
        $"{wait.Waiters:N0} of {dump.Goroutines:N0} goroutines wait for {Name(wait)}{HowLong(wait)}{Holder(wait)}";

    private static string Name(LockWait wait) => wait.IsNamed || wait.Address == 0 ? wait.Name : string.Create(CultureInfo.InvariantCulture, $"{wait.Name} (0x{wait.Address:x})");

    private static string HowLong(LockWait wait) => wait switch
    {
        { Longest: null } => "",
        _ when 2 * wait.ForMinutes > wait.Waiters => ", most for minutes",
        { Longest: > 0 and var minutes } => $", the longest for {Minutes(minutes)}",
        _ => ", none for as long as a minute",
    };

    private static string Holder(LockWait wait) => wait.Holder switch
    {
        null => wait.Kind == WaitKind.Channel ? "" : "; who has it is not to be seen",
        { Function: "" } holder => $"; who has it is not to be seen, perhaps goroutine {holder.Goroutine}, whose stack is not in the dump",
        { Goroutine: 0 } holder => $"; the likely holder is in {holder.Function}",
        var holder => $"; the likely holder is goroutine {holder.Goroutine} in {holder.Function}",
    };

    private static FormattableString Quiet(GoroutineDump dump, LockWait? wait)
    {
        var most = string.Join(" and ", dump.Reasons.Take(2).Select(reason => string.Create(CultureInfo.InvariantCulture, $"{(reason.Reason.Length == 0 ? "an unknown state" : reason.Reason)} ({reason.Count:N0})")));
        var locks = wait switch
        {
            null => "none of them waits for a lock",
            { Waiters: 1 } => $"one of them waits for {Name(wait)}",
            _ => string.Create(CultureInfo.InvariantCulture, $"only {wait.Waiters:N0} of them wait for {Name(wait)}"),
        };
        return $"{dump.Goroutines:N0} goroutines, {locks}; most are in {most}";
    }

    private static string Caveat(GoroutineDump dump) => dump switch
    {
        { End: DumpEnd.CutOff } => "; the dump is cut off, so there were more",
        { MissingLines: > 0 } => $"; at least {dump.MissingLines} lines of the dump are missing",
        _ => "",
    };

    private static string Minutes(int minutes) => minutes == 1 ? "a minute" : $"{minutes} minutes";
}
