namespace FleetConsole.Analysis.Profiling;

/// <summary>Whether a dump has its end.</summary>
public enum DumpEnd
{
    /// <summary>Its form has no end that could be missed.</summary>
    NotTold,

    /// <summary>The end is there: the registers after a signal, or as many goroutines as the first line says.</summary>
    Whole,

    /// <summary>The end is missing.</summary>
    CutOff,
}

/// <summary>All goroutines of a process at one moment, grouped, and what they wait for.</summary>
public sealed record GoroutineDump
{
    /// <summary>What it says, in one sentence.</summary>
    public required string Finding { get; init; }

    /// <summary>Number of goroutines.</summary>
    public required int Goroutines { get; init; }

    /// <summary>Goroutines of equal stack and reason, the largest group first.</summary>
    public required IReadOnlyList<GoroutineGroup> Groups { get; init; }

    /// <summary>How many there are for each reason, the most frequent first.</summary>
    public required IReadOnlyList<ReasonCount> Reasons { get; init; }

    /// <summary>How long those wait that wait; empty when the dump does not say.</summary>
    public required IReadOnlyList<WaitBucket> WaitTimes { get; init; }

    /// <summary>Who waits for what: locks first, then channels, each by the number of waiters.</summary>
    public required IReadOnlyList<LockWait> Waits { get; init; }

    /// <summary>Whether the end is there.</summary>
    public required DumpEnd End { get; init; }

    /// <summary>What ended the process, as in <c>SIGABRT: abort</c> or <c>panic: ...</c>; empty when it lives.</summary>
    public required string Cause { get; init; }

    /// <summary>Lines that are missing between others, at least; journald drops lines when there are many.</summary>
    public required int MissingLines { get; init; }

    /// <summary>How many dumps the text holds, one after the other; the last is read, or where its end is missing the last that has its end.</summary>
    public int Dumps { get; init; } = 1;

    /// <summary>Which of them this is, from 1.</summary>
    public int Dump { get; init; } = 1;
}

/// <summary>Goroutines of equal stack and reason.</summary>
/// <param name="Reason">As the dump spells it; empty when it does not say.</param>
/// <param name="Stack">The innermost frame first, without the runtime's own; empty when the stack was not available.</param>
/// <param name="CreatedBy">The function that started them; empty when it is not told.</param>
/// <param name="Longest">Whole minutes that the longest of them waits, 0 for less than one; null when the dump does not say.</param>
/// <param name="ForMinutes">How many of them wait for at least one minute.</param>
/// <param name="LockedToThread">How many of them are locked to a thread.</param>
/// <param name="Example">The number of one of them; 0 when the dump gives none.</param>
public sealed record GoroutineGroup(
    int Count, string Reason, IReadOnlyList<DumpFrame> Stack, string CreatedBy, int? Longest, int ForMinutes, int LockedToThread, long Example);

/// <summary>A frame of a stack.</summary>
/// <param name="Line">0 when it is not known.</param>
public sealed record DumpFrame(string Function, string File, int Line);

/// <summary>How many goroutines have a reason.</summary>
public sealed record ReasonCount(string Reason, int Count);

/// <summary>How many goroutines wait for so many minutes.</summary>
/// <param name="FromMinutes">From, included.</param>
/// <param name="ToMinutes">To, not included; null for the last.</param>
public sealed record WaitBucket(int FromMinutes, int? ToMinutes, int Count);

/// <summary>Goroutines that wait for one thing.</summary>
/// <param name="Name">What it is called, as in <c>syscall.ForkLock</c>; where nobody knows, its kind and where it is wanted.</param>
/// <param name="IsNamed">Whether the name is one.</param>
/// <param name="Kind">What most of them want of it.</param>
/// <param name="Address">Its address; 0 when the dump does not say.</param>
/// <param name="Waiters">How many goroutines wait.</param>
/// <param name="Callers">Where they want it, the most frequent first.</param>
/// <param name="Longest">Whole minutes that the longest waits; null when the dump does not say.</param>
/// <param name="ForMinutes">How many wait for at least one minute.</param>
/// <param name="Holder">Who seems to have it; null when nobody seems to.</param>
public sealed record LockWait(
    string Name, bool IsNamed, WaitKind Kind, ulong Address, int Waiters, IReadOnlyList<LockCaller> Callers, int? Longest, int ForMinutes, LockHolder? Holder);

/// <summary>Where a lock is wanted.</summary>
public sealed record LockCaller(string Function, string File, int Line, int Waiters);

/// <summary>A goroutine that is inside of a function that takes the lock, past the place where others wait for it.</summary>
/// <param name="Goroutine">Its number; 0 when the dump gives none.</param>
/// <param name="Function">The function; empty when its stack was not available and it is only what is left.</param>
/// <param name="At">What it does there: the innermost frame's function.</param>
public sealed record LockHolder(long Goroutine, string Function, string At, string Reason, int? Minutes);
