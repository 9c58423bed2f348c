using System.Globalization;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Dumps;

/// <summary>What every thread of the process waits for in the kernel, read from /proc/PID/task.</summary>
internal static class KernelStacks
{
    private const int MostThreads = 20_000;
    private static readonly string[] Files = ["wchan", "syscall", "stack", "status"];

    public static DumpFindings Take(ProcessMark process, DumpFile dump, CancellationToken cancel)
    {
        var (threads, unreadable) = (0, new SortedSet<string>(StringComparer.Ordinal));
        foreach (var thread in Threads(process.Pid))
        {
            cancel.ThrowIfCancellationRequested();
            if (threads++ == MostThreads)
                break;
            dump.WriteLine($"thread {Path.GetFileName(thread)} ({Read(thread, "comm", out _)})");
            foreach (var name in Files)
            {
                dump.WriteLine($"  {name}:");
                var text = Read(thread, name, out var problem);
                if (problem is not null)
                    unreadable.Add($"{name}: {problem}");
                foreach (var line in (problem ?? text).Split('\n'))
                    dump.WriteLine($"    {line}");
            }
        }

        dump.Text.End();
        string[] warnings = [.. threads > MostThreads ? [$"Only the first {MostThreads} threads were read."] : Array.Empty<string>(), .. unreadable];
        return process.Lives
            ? new(true, $"{Math.Min(threads, MostThreads)} threads.", warnings.Length == 0 ? Wholeness.Whole : Wholeness.Cut, process) { Warnings = warnings }
            : new(false, $"Process {process.Pid} ended meanwhile.", Wholeness.Cut, null) { Warnings = warnings };
    }

    private static IEnumerable<string> Threads(int pid)
    {
        var tasks = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task");
        try
        {
            return Directory.GetDirectories(tasks).OrderBy(d => int.Parse(Path.GetFileName(d.AsSpan()), CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return []; // It has ended, which is told above.
        }
    }

    // A thread that ends meanwhile is no problem: it is not there to be stuck.
    private static string Read(string thread, string name, out string? problem)
    {
        problem = null;
        try
        {
            return File.ReadAllText(Path.Join(thread, name)).TrimEnd();
        }
        catch (UnauthorizedAccessException e)
        {
            problem = $"cannot be read ({e.InnerException?.Message ?? e.Message}); the agent needs to be root";
        }
        catch (IOException)
        {
            return "(the thread has ended)";
        }

        return "";
    }
}
