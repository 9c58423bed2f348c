using System.Globalization;
using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Figures;

/// <summary>Reads a unit's figures when asked; nothing runs between two looks.</summary>
internal sealed partial class UnitFigures(UnitSettings unit, CgroupReader cgroups, ILogger<UnitFigures> logger)
{
    private readonly Lock gate = new();
    private readonly TreeMeter meter = new();
    private bool toldOfCgroup;

    /// <summary>Null when the process has ended.</summary>
    public static ProcessFigures? Process(ProcessMark process)
    {
        if (ProcStat.Read(process.Pid) is not { IsDead: false } stat || stat.StartTicks != process.StartTicks || OpenFiles(process.Pid) is not { } files)
            return null;
        return new ProcessFigures
        {
            VirtualMemoryBytes = stat.VirtualBytes,
            ResidentMemoryBytes = stat.ResidentBytes,
            Threads = stat.Threads,
            OpenFds = files,
            CpuSeconds = stat.CpuTicks / ProcStat.TicksPerSecond,
        };
    }

    /// <summary>
    /// Null when no process runs, or the configured cgroup does not hold it: then the cgroup's figures would be another's. The cgroup that the service manager gave
    /// it may keep no accounts (CPUAccounting=, MemoryAccounting= under cgroup version 1); then the process tree is added up.
    /// </summary>
    public ServiceFigures? Service(UnitLook look)
    {
        if (look.Process is not { } process)
            return null;
        if (unit.CgroupPath is { } path)
        {
            if (Covers(path, process.Pid) && cgroups.Read(path) is { } use)
                return Figures(use, Accounting.Cgroup);
            TellOnce(path, process.Pid);
            return null;
        }

        if (look.ControlGroup is { } given && Covers(given, process.Pid) && cgroups.Read(given) is { } used)
            return Figures(used, Accounting.Cgroup);

        // Looks are counted in the order in which they were taken: an older one after a newer one would be counted twice.
        lock (gate)
        {
            var tree = ProcTree.Of(process.Pid);
            return tree.Any(p => p.Pid == process.Pid && p.StartTicks == process.StartTicks)
                ? Figures(meter.Count(process, tree), Accounting.ProcTree)
                : null;
        }
    }

    private ServiceFigures Figures(ServiceUse use, Accounting accounting) =>
        new() { Accounting = accounting, Id = unit.CgroupId, CpuSeconds = use.CpuSeconds, WorkingSetBytes = use.WorkingSetBytes };

    private static bool Covers(string cgroupPath, int pid)
    {
        try
        {
            return CgroupReader.Covers(cgroupPath, File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cgroup")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static int? OpenFiles(int pid)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd")).Count();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void TellOnce(string path, int pid)
    {
        lock (gate)
        {
            if (toldOfCgroup)
                return;
            toldOfCgroup = true;
        }

        LogNotCovered(unit.Name, path, pid);
    }

    [LoggerMessage(300, LogLevel.Warning, "Unit {Unit}: cgroup {Path} cannot be read or does not hold process {Pid}; the unit has no service figures.")]
    private partial void LogNotCovered(string unit, string path, int pid);
}
