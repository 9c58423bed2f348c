using System.Globalization;
using System.Text;
using FleetConsole.Agent.Supervisors;

namespace FleetConsole.Agent.Figures;

/// <summary>The fields of /proc/PID/stat that the agent uses; see proc(5).</summary>
/// <param name="CpuTicks">utime + stime.</param>
/// <param name="ChildTicks">cutime + cstime: descendants that were waited for.</param>
/// <param name="StartTicks">From boot to the process's start.</param>
internal readonly record struct ProcStat(
    int Pid, char State, int Parent, int Group, long CpuTicks, long ChildTicks, int Threads, long StartTicks, long VirtualBytes, long ResidentBytes)
{
    // USER_HZ is 100 on every Linux that .NET runs on; client_golang assumes the same.
    public const double TicksPerSecond = 100;

    private const int FieldsAfterName = 22;

    public bool IsDead => State is 'Z' or 'X';

    /// <summary>Null when there is no such process (any more).</summary>
    public static ProcStat? Read(int pid)
    {
        try
        {
            using var file = File.OpenHandle(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            Span<byte> buffer = stackalloc byte[1024];
            var length = RandomAccess.Read(file, buffer, 0);
            return Parse(Encoding.UTF8.GetString(buffer[..length]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Null when the text is not a whole stat line.</summary>
    public static ProcStat? Parse(string text)
    {
        // The second field is the program's name in parentheses and may hold spaces and parentheses itself.
        var open = text.IndexOf(" (", StringComparison.Ordinal);
        var close = text.LastIndexOf(") ", StringComparison.Ordinal);
        if (open < 0 || close < open)
            return null;
        var fields = text[(close + 2)..].Split(' ');
        if (fields.Length < FieldsAfterName || fields[0].Length != 1 || !int.TryParse(text.AsSpan(0, open), CultureInfo.InvariantCulture, out var pid))
            return null;
        // Field n of proc(5) is fields[n - 3].
        long Field(int n) => long.TryParse(fields[n - 3], CultureInfo.InvariantCulture, out var value) ? value : 0;
        return new ProcStat(
            pid, fields[0][0], (int)Field(4), (int)Field(5), Field(14) + Field(15), Field(16) + Field(17), (int)Field(20), Field(22),
            Field(23), Field(24) * Environment.SystemPageSize);
    }

    /// <summary>The start as process_start_time_seconds has it: the kernel's boot second plus the ticks.</summary>
    public ProcessMark Mark() => new(Pid, StartTicks, BootTime().AddMilliseconds(StartTicks * 1000 / TicksPerSecond));

    private static DateTimeOffset BootTime()
    {
        foreach (var line in File.ReadLines("/proc/stat"))
        {
            if (line.StartsWith("btime ", StringComparison.Ordinal))
                return DateTimeOffset.FromUnixTimeSeconds(long.Parse(line.AsSpan(6), CultureInfo.InvariantCulture));
        }

        throw new InvalidDataException("/proc/stat has no btime line.");
    }
}
