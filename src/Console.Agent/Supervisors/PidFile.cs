using System.Globalization;

namespace FleetConsole.Agent.Supervisors;

/// <summary>
/// Remembers a unit's process beside the journal, so that an agent that follows a killed one finds it: pid, start ticks and boot id,
/// because pids and ticks begin anew with each boot.
/// </summary>
internal sealed class PidFile(string path)
{
    private const string BootIdPath = "/proc/sys/kernel/random/boot_id";

    public static PidFile For(string journalPath, string unit) => new($"{journalPath}.{unit}.pid");

    public void Write(ProcessMark mark)
    {
        // Renamed into place: a reader meets the old content or the new one, never half.
        File.WriteAllText(path + ".new", string.Create(CultureInfo.InvariantCulture, $"{mark.Pid} {mark.StartTicks} {BootId()}\n"));
        File.Move(path + ".new", path, overwrite: true);
    }

    public void Delete() => File.Delete(path);

    /// <summary>The process it names, if that still lives.</summary>
    public ProcessLife? FindLife()
    {
        if (!File.Exists(path))
            return null;
        return File.ReadAllText(path).Split(' ', '\n') is [var pidText, var ticksText, var boot, ..]
            && boot == BootId()
            && int.TryParse(pidText, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 1
            && long.TryParse(ticksText, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? ProcessLife.Adopt(pid, ticks)
            : null;
    }

    private static string BootId() => File.ReadAllText(BootIdPath).Trim();
}
