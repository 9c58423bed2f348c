using System.Collections;
using System.ComponentModel;
using System.Runtime.InteropServices;
using FleetConsole.Agent.Configuration;
using Microsoft.Win32.SafeHandles;

namespace FleetConsole.Agent.Supervisors;

/// <summary>Starts programs: no shell, and a process group of their own.</summary>
internal static class Spawner
{
    // <fcntl.h> of Linux.
    private const int ReadOnly = 0;
    private const int AppendOnly = 0x1 | 0x40 | 0x400; // O_WRONLY | O_CREAT | O_APPEND
    private const uint LogMode = 0x1A0; // 0640

    // POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK: the runtime ignores SIGPIPE and
    // blocks nothing of use to a child, so the child gets every signal as a login would give it.
    private const short Flags = 0x2 | 0x4 | 0x8;

    // Larger than glibc's posix_spawn_file_actions_t (80), posix_spawnattr_t (336) and sigset_t (128).
    private const int Room = 512;

    private const int CloseOnExec = 0x80000; // O_CLOEXEC

    // What a program of the host may need from the environment; its output is to be parsed.
    private static readonly string[] ToolEnvironment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "TZ=UTC", "SYSTEMD_COLORS=0", "SYSTEMD_PAGER="];

    /// <summary>Starts a unit's command with the agent's environment, its output appended to the unit's log file.</summary>
    /// <returns>The new process's id.</returns>
    /// <exception cref="Win32Exception">The program cannot be executed, or its directory or log not be opened.</exception>
    public static int Start(UnitSettings unit)
    {
        var what = $"{unit.Command[0]} in {unit.WorkingDirectory} with log {unit.LogPath}";
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(e => $"{e.Key}={e.Value}");
        return Start(unit.Command, environment, what, actions =>
        {
            Check(Posix.ActionsAddChdir(actions, unit.WorkingDirectory), what);
            Check(Posix.ActionsAddOpen(actions, 1, unit.LogPath ?? "/dev/null", AppendOnly, LogMode), what);
            Check(Posix.ActionsAddDup2(actions, 1, 2), what);
        });
    }

    /// <summary>Starts a program of the host in /, with a bare environment, its output and errors in pipes.</summary>
    /// <exception cref="Win32Exception">The program cannot be executed.</exception>
    public static (int Pid, SafeFileHandle Output, SafeFileHandle Errors) StartPiped(IReadOnlyList<string> argv)
    {
        var (output, toOutput) = Pipe();
        var (errors, toErrors) = Pipe();
        using (toOutput)
        using (toErrors)
        {
            try
            {
                var pid = Start(argv, ToolEnvironment, argv[0], actions =>
                {
                    Check(Posix.ActionsAddChdir(actions, "/"), argv[0]);
                    Check(Posix.ActionsAddDup2(actions, (int)toOutput.DangerousGetHandle(), 1), argv[0]);
                    Check(Posix.ActionsAddDup2(actions, (int)toErrors.DangerousGetHandle(), 2), argv[0]);
                });
                return (pid, output, errors);
            }
            catch (Win32Exception)
            {
                output.Dispose();
                errors.Dispose();
                throw;
            }
        }
    }

    private static int Start(IReadOnlyList<string> argv, IEnumerable<string> environment, string what, Action<nint> open)
    {
        Posix.KeepFilesFromChildren();
        using var memory = new NativeBlocks();
        var actions = memory.Zeroed(Room);
        var attributes = memory.Zeroed(Room);
        var signals = memory.Zeroed(Room);
        Check(Posix.ActionsInit(actions), what);
        Check(Posix.AttributesInit(attributes), what);
        try
        {
            Check(Posix.ActionsAddOpen(actions, 0, "/dev/null", ReadOnly, 0), what);
            open(actions);
            Check(Posix.AttributesSetFlags(attributes, Flags), what);
            Check(Posix.AttributesSetGroup(attributes, 0), what);
            Check(Posix.SignalsAll(signals), what);
            Check(Posix.AttributesSetDefaultSignals(attributes, signals), what);
            Check(Posix.SignalsNone(signals), what);
            Check(Posix.AttributesSetMask(attributes, signals), what);
            Check(Posix.Spawn(out var pid, argv[0], actions, attributes, memory.Strings(argv), memory.Strings(environment)), what);
            return pid;
        }
        finally
        {
            _ = Posix.AttributesDestroy(attributes);
            _ = Posix.ActionsDestroy(actions);
        }
    }

    private static unsafe (SafeFileHandle Read, SafeFileHandle Write) Pipe()
    {
        var ends = stackalloc int[2];
        return Posix.Pipe(ends, CloseOnExec) == 0
            ? (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true))
            : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
            throw new Win32Exception(error, $"cannot start {what}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    private sealed class NativeBlocks : IDisposable
    {
        private readonly List<nint> blocks = [];
        private readonly List<nint> texts = [];

        public nint Zeroed(int bytes)
        {
            var block = Marshal.AllocHGlobal(bytes);
            blocks.Add(block);
            Marshal.Copy(new byte[bytes], 0, block, bytes);
            return block;
        }

        /// <summary>A null-terminated array of C strings.</summary>
        public nint[] Strings(IEnumerable<string> values)
        {
            var strings = values.Select(Marshal.StringToCoTaskMemUTF8).Append(0).ToArray();
            texts.AddRange(strings);
            return strings;
        }

        public void Dispose()
        {
            blocks.ForEach(Marshal.FreeHGlobal);
            texts.ForEach(Marshal.FreeCoTaskMem);
        }
    }
}
