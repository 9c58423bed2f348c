namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// What a lock is called, told by who wants it: a dump has addresses and no names. Functions are compared by their end, since forks of the standard library and
/// wrappers keep the names and not the paths.
/// </summary>
internal static class LockNames
{
    // Name, and whether there is one such lock in the process: then waiters are one group, whatever address the dump shows.
    private static readonly (string Function, string Name, bool IsOne)[] s_locks =
    [
        ("syscall.forkExec", "syscall.ForkLock", true),
        ("syscall.ForkExec", "syscall.ForkLock", true),
        ("syscall.StartProcess", "syscall.ForkLock", true),
        ("spawn.forkExec", "syscall.ForkLock", true),
        ("net.sysSocket", "syscall.ForkLock", true),
        ("poll.accept", "syscall.ForkLock", true),
        ("poll.dupCloseOnExecOld", "syscall.ForkLock", true),
        ("behindForkLock.Accept", "syscall.ForkLock", true),
        ("database/sql.(*DB).conn", "the mutex of database/sql.DB", false),
        ("database/sql.(*DB).putConn", "the mutex of database/sql.DB", false),
        ("log.(*Logger).Output", "the mutex of log.Logger", false),
        ("log.(*Logger).output", "the mutex of log.Logger", false),
        ("logrus.(*MutexWrap).Lock", "the mutex of logrus.Logger", false),
        ("http.(*Transport).getConn", "the mutex of net/http.Transport", false),
        ("http.(*ServeMux).Handler", "the mutex of net/http.ServeMux", false),
        ("poll.(*FD).Read", "the read lock of a file descriptor", false),
        ("poll.(*FD).Write", "the write lock of a file descriptor", false),
    ];

    private static readonly (string Function, string Name)[] s_channels =
    [
        ("database/sql.(*DB).conn", "a free connection of database/sql.DB"),
        ("http.(*Transport).getConn", "a connection of net/http.Transport"),
        ("semaphore.(*Weighted).Acquire", "a semaphore.Weighted"),
        ("transport.(*writeQuota).get", "the write quota of a gRPC stream"),
        ("grpc.(*pickerWrapper).pick", "a ready connection of a gRPC client"),
    ];

    /// <returns>Null when nobody knows.</returns>
    public static (string Name, bool IsOne)? OfLock(string function)
    {
        foreach (var (known, name, isOne) in s_locks)
        {
            if (EndsWith(function, known))
                return (name, isOne);
        }

        return null;
    }

    /// <returns>Null when nobody knows.</returns>
    public static string? OfChannel(string function)
    {
        foreach (var (known, name) in s_channels)
        {
            if (EndsWith(function, known))
                return name;
        }

        return null;
    }

    private static bool EndsWith(string function, string known) =>
        function.EndsWith(known, StringComparison.Ordinal) && (function.Length == known.Length || function[^(known.Length + 1)] == '/');
}
