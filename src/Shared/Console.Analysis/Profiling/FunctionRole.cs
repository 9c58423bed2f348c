namespace FleetConsole.Analysis.Profiling;

/// <summary>What a function has to do with waiting.</summary>
internal enum FunctionRole
{
    None,

    /// <summary>The runtime's own, which pprof's dumps leave out and crashes show.</summary>
    Runtime,

    /// <summary>The runtime's, and its first argument is the semaphore.</summary>
    RuntimeSemacquire,

    /// <summary>The runtime's, and its first argument is the channel.</summary>
    RuntimeChannel,

    Semacquire,
    MutexLock,
    WriteLock,
    ReadLock,

    /// <summary>Takes a lock for its caller, as <c>sync.Once</c> does.</summary>
    LockWrapper,
}

internal static class FunctionRoles
{
    public static FunctionRole Of(string name) => name switch
    {
        "runtime.semacquire1" or "runtime.semacquire" => FunctionRole.RuntimeSemacquire,
        "runtime.chanrecv" or "runtime.chansend" => FunctionRole.RuntimeChannel,
        "sync.(*Mutex).Lock" or "sync.(*Mutex).lockSlow" or "internal/sync.(*Mutex).Lock" or "internal/sync.(*Mutex).lockSlow" => FunctionRole.MutexLock,
        "sync.(*RWMutex).Lock" => FunctionRole.WriteLock,
        "sync.(*RWMutex).RLock" => FunctionRole.ReadLock,
        "sync.(*rlocker).Lock" or "sync.(*Once).Do" or "sync.(*Once).doSlow" or "internal/poll.(*fdMutex).rwlock" or "internal/poll.(*fdMutex).increfAndClose"
            or "internal/poll.(*FD).readLock" or "internal/poll.(*FD).writeLock" => FunctionRole.LockWrapper,
        "sync.runtime_Semacquire" => FunctionRole.None, // WaitGroup, and no lock
        _ when name.StartsWith("sync.runtime_Semacquire", StringComparison.Ordinal) || name.StartsWith("internal/sync.runtime_Semacquire", StringComparison.Ordinal)
            || name == "internal/poll.runtime_Semacquire" => FunctionRole.Semacquire,
        _ when name.StartsWith("runtime.", StringComparison.Ordinal) && name.Length > 8 && !char.IsAsciiLetterUpper(name[8]) => FunctionRole.Runtime,
        _ => FunctionRole.None,
    };

    public static bool IsHidden(FunctionRole role) => role is FunctionRole.Runtime or FunctionRole.RuntimeSemacquire or FunctionRole.RuntimeChannel;

    public static bool IsLock(FunctionRole role) => role is FunctionRole.Semacquire or FunctionRole.MutexLock or FunctionRole.WriteLock or FunctionRole.ReadLock or FunctionRole.LockWrapper;

    /// <summary>
    /// Why a goroutine waits, by where it is, for dumps that give no reasons (pprof's debug=1 and its protobuf); empty when it cannot be told.
    /// </summary>
    public static string ReasonAt(string function) => function switch
    {
        "internal/poll.runtime_pollWait" or "net.runtime_pollWait" => "IO wait",
        "time.Sleep" => "sleep",
        "sync.runtime_notifyListWait" => "sync.Cond.Wait",
        "os/signal.signal_recv" => "syscall",
        "runtime.chanrecv" or "runtime.chanrecv1" or "runtime.chanrecv2" => "chan receive",
        "runtime.chansend" or "runtime.chansend1" => "chan send",
        "runtime.selectgo" or "runtime.block" => "select",
        "runtime.semacquire1" => "semacquire",
        _ when function.Contains("runtime_Semacquire", StringComparison.Ordinal) => "semacquire",
        _ when function.StartsWith("syscall.", StringComparison.Ordinal) || function.Contains("internal/syscall", StringComparison.Ordinal) => "syscall",
        _ => "",
    };
}
