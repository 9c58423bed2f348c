using System.Collections;
using System.ComponentModel;
using System.Runtime.InteropServices;
using FleetConsole.Agent.Configuration;

namespace FleetConsole.Agent.Supervisors;

/// <summary>Starts a unit's command: no shell, a process group of its own, output appended to the unit's log file.</summary>
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

    /// <returns>The new process's id.</returns>
    /// <exception cref="Win32Exception">The program cannot be executed, or its directory or log not be opened.</exception>
    public static int Start(UnitSettings unit)
    {
        Posix.KeepFilesFromChildren();
        using var memory = new NativeBlocks();
        var actions = memory.Zeroed(Room);
        var attributes = memory.Zeroed(Room);
        var signals = memory.Zeroed(Room);
        Check(Posix.ActionsInit(actions), unit);
        Check(Posix.AttributesInit(attributes), unit);
        try
        {
            Check(Posix.ActionsAddChdir(actions, unit.WorkingDirectory), unit);
            Check(Posix.ActionsAddOpen(actions, 0, "/dev/null", ReadOnly, 0), unit);
            Check(Posix.ActionsAddOpen(actions, 1, unit.LogPath, AppendOnly, LogMode), unit);
            Check(Posix.ActionsAddDup2(actions, 1, 2), unit);
            Check(Posix.AttributesSetFlags(attributes, Flags), unit);
            Check(Posix.AttributesSetGroup(attributes, 0), unit);
            Check(Posix.SignalsAll(signals), unit);
            Check(Posix.AttributesSetDefaultSignals(attributes, signals), unit);
            Check(Posix.SignalsNone(signals), unit);
            Check(Posix.AttributesSetMask(attributes, signals), unit);
            var argv = memory.Strings(unit.Command);
            var envp = memory.Strings(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(e => $"{e.Key}={e.Value}"));
            Check(Posix.Spawn(out var pid, unit.Command[0], actions, attributes, argv, envp), unit);
            return pid;
        }
        finally
        {
            _ = Posix.AttributesDestroy(attributes);
            _ = Posix.ActionsDestroy(actions);
        }
    }

    private static void Check(int error, UnitSettings unit)
    {
        if (error != 0)
            throw new Win32Exception(error, $"cannot start {unit.Command[0]} in {unit.WorkingDirectory} with log {unit.LogPath}: {Marshal.GetPInvokeErrorMessage(error)}");
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
