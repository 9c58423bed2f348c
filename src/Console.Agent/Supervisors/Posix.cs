using System.Runtime.InteropServices;

namespace FleetConsole.Agent.Supervisors;

/// <summary>
/// The system calls behind <see cref="ProcessLife"/> and <see cref="Spawner"/>. System.Diagnostics.Process is not used: it can
/// neither append a child's output to a file without a pipe through this process (which would break the child when
/// the agent dies), nor give it a process group, nor watch a process that is not its own child.
/// </summary>
internal static partial class Posix
{
    private const string LibC = "libc.so.6";

    public const int SigHup = 1;
    public const int SigAbrt = 6;
    public const int SigKill = 9;
    public const int SigTerm = 15;

    // These numbers are the same on every architecture.
    private const long SysPidfdSendSignal = 424;
    private const long SysPidfdOpen = 434;
    private const long SysCloseRange = 436;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Fd;
        public short Events;
        public short Revents;
    }

    public static int PidfdOpen(int pid) => (int)SysCall(SysPidfdOpen, pid, 0, 0, 0);

    public static int PidfdSendSignal(int pidfd, int signal) => (int)SysCall(SysPidfdSendSignal, pidfd, signal, 0, 0);

    /// <summary>
    /// Marks everything but the standard streams close-on-exec: what this process inherited from whoever started it is not for its children. A kernel before 5.11
    /// cannot, and the children then inherit it too, which is what they would do without an agent.
    /// </summary>
    public static void KeepFilesFromChildren()
    {
        const long closeOnExec = 4;
        _ = SysCall(SysCloseRange, 3, uint.MaxValue, closeOnExec, 0);
    }

    [LibraryImport(LibC, EntryPoint = "syscall", SetLastError = true)]
    private static partial long SysCall(long number, long a, long b, long c, long d);

    [LibraryImport(LibC, EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport(LibC, EntryPoint = "waitpid", SetLastError = true)]
    public static partial int WaitPid(int pid, out int status, int options);

    [LibraryImport(LibC, EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(ref PollFd fds, ulong count, int timeoutMilliseconds);

    [LibraryImport(LibC, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport(LibC, EntryPoint = "pipe2", SetLastError = true)]
    public static unsafe partial int Pipe(int* ends, int flags);

    [LibraryImport(LibC, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Fsync(int fd);

    [LibraryImport(LibC, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport(LibC, EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Spawn(out int pid, string path, nint actions, nint attributes, nint[] argv, nint[] envp);

    [LibraryImport(LibC, EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int ActionsInit(nint actions);

    [LibraryImport(LibC, EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int ActionsDestroy(nint actions);

    [LibraryImport(LibC, EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ActionsAddOpen(nint actions, int fd, string path, int flags, uint mode);

    [LibraryImport(LibC, EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int ActionsAddDup2(nint actions, int fd, int newFd);

    [LibraryImport(LibC, EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ActionsAddChdir(nint actions, string path);

    [LibraryImport(LibC, EntryPoint = "posix_spawnattr_init")]
    public static partial int AttributesInit(nint attributes);

    [LibraryImport(LibC, EntryPoint = "posix_spawnattr_destroy")]
    public static partial int AttributesDestroy(nint attributes);

    [LibraryImport(LibC, EntryPoint = "posix_spawnattr_setflags")]
    public static partial int AttributesSetFlags(nint attributes, short flags);

    [LibraryImport(LibC, EntryPoint = "posix_spawnattr_setpgroup")]
    public static partial int AttributesSetGroup(nint attributes, int group);

    [LibraryImport(LibC, EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int AttributesSetDefaultSignals(nint attributes, nint signals);

    [LibraryImport(LibC, EntryPoint = "posix_spawnattr_setsigmask")]
    public static partial int AttributesSetMask(nint attributes, nint signals);

    [LibraryImport(LibC, EntryPoint = "sigemptyset")]
    public static partial int SignalsNone(nint signals);

    [LibraryImport(LibC, EntryPoint = "sigfillset")]
    public static partial int SignalsAll(nint signals);
}
