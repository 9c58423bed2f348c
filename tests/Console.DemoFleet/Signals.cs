using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace FleetConsole.DemoFleet;

/// <summary>Signals to processes that are the demo's own.</summary>
internal static partial class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Thaw = 18;
    public const int Freeze = 19;

    public static void Send(int pid, int signal)
    {
        // A process that ended a moment ago is what was wanted.
        if (SendSignal(pid, signal) != 0 && Marshal.GetLastPInvokeError() != NoSuchProcess)
            throw new DemoException($"Process {pid} cannot be signalled: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>Processes that have the demo's folder in their command line: what an ended demo may have left behind.</summary>
    public static IReadOnlyList<int> Leftovers(DemoPlan plan)
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || pid == Environment.ProcessId)
                continue;
            if (CommandLine(pid) is [var program, ..] arguments && Ours(program) && arguments.Any(a => a.Contains(plan.Data + "/", StringComparison.Ordinal)))
                found.Add(pid);
        }

        return found;
    }

    /// <summary>A process's arguments; empty when it has ended or is not ours to look at.</summary>
    public static string[] CommandLine(int pid)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/cmdline")).TrimEnd('\0').Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private const int NoSuchProcess = 3;

    private static bool Ours(string program) =>
        Path.GetFileName(program) is "prometheus" or "Console.Agent" or "Console.Server" or "git-rpc-server" or "git-rpc-load";

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
