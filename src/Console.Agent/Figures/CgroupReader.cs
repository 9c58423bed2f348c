using System.Globalization;

namespace FleetConsole.Agent.Figures;

/// <summary>What a whole service used: CPU since it began, and memory that cannot be dropped at once.</summary>
internal readonly record struct ServiceUse(double CpuSeconds, long WorkingSetBytes);

/// <summary>
/// CPU and working set of a cgroup, version 1 or 2. The working set is cAdvisor's: usage minus the inactive file cache, never below zero.
/// </summary>
internal sealed class CgroupReader(string root = "/sys/fs/cgroup")
{
    /// <summary>Null when the cgroup does not exist or cannot be read.</summary>
    public ServiceUse? Read(string cgroupPath)
    {
        try
        {
            return File.Exists(Path.Join(root, "cgroup.controllers")) ? ReadV2(cgroupPath) : ReadV1(cgroupPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The processes in the cgroup and below it; none when it does not exist or cannot be read.</summary>
    public IReadOnlyList<int> Processes(string cgroupPath)
    {
        // Under version 1 each hierarchy has the processes; systemd's own has them whether or not it keeps accounts.
        string[] hierarchies = File.Exists(Path.Join(root, "cgroup.controllers")) ? [""] : ["systemd", "cpuacct", "unified"];
        var directory = hierarchies.Select(name => Path.Join(root, name, cgroupPath)).FirstOrDefault(Directory.Exists);
        try
        {
            return directory is null ? [] :
            [
                .. Directory.EnumerateFiles(directory, "cgroup.procs", SearchOption.AllDirectories).SelectMany(File.ReadLines)
                    .Select(line => int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0).Where(pid => pid > 0),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Whether /proc/PID/cgroup puts the process into the cgroup or below it.</summary>
    public static bool Covers(string cgroupPath, string procCgroup) => procCgroup
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(':', 3))
        .Any(parts => parts is [_, _, var path] && (path == cgroupPath || path.StartsWith(cgroupPath + "/", StringComparison.Ordinal)));

    private ServiceUse ReadV1(string cgroupPath)
    {
        var memory = Path.Join(root, "memory", cgroupPath);
        var nanoseconds = Number(Path.Join(root, "cpuacct", cgroupPath, "cpuacct.usage"));
        var usage = Number(Path.Join(memory, "memory.usage_in_bytes"));
        return new(nanoseconds / 1e9, WorkingSet(usage, Keyed(Path.Join(memory, "memory.stat"), "total_inactive_file")));
    }

    private ServiceUse ReadV2(string cgroupPath)
    {
        var directory = Path.Join(root, cgroupPath);
        var microseconds = Keyed(Path.Join(directory, "cpu.stat"), "usage_usec");
        var usage = Number(Path.Join(directory, "memory.current"));
        return new(microseconds / 1e6, WorkingSet(usage, Keyed(Path.Join(directory, "memory.stat"), "inactive_file")));
    }

    private static long WorkingSet(long usage, long inactive) => Math.Max(0, usage - inactive);

    private static long Number(string path) => long.Parse(File.ReadAllText(path).AsSpan().Trim(), CultureInfo.InvariantCulture);

    private static long Keyed(string path, string key)
    {
        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith(key, StringComparison.Ordinal) && line.Length > key.Length && line[key.Length] == ' ')
                return long.Parse(line.AsSpan(key.Length + 1), CultureInfo.InvariantCulture);
        }

        throw new FormatException($"{path} has no {key}.");
    }
}
