using FleetConsole.Agent.Supervisors;

namespace FleetConsole.Agent.Figures;

/// <summary>
/// A CPU counter over a process tree. The sum over the living falls when a process vanishes whose time nobody inherited (its parent did not wait for it);
/// the counter then stands still instead, and goes on from the new sum: it never falls within one life of the main process.
/// </summary>
internal sealed class TreeMeter
{
    private ProcessMark process;
    private long lastTicks;
    private long counted;

    public ServiceUse Count(ProcessMark main, IReadOnlyList<ProcStat> tree)
    {
        var ticks = tree.Sum(p => p.CpuTicks + p.ChildTicks);
        if (main.Pid != process.Pid || main.StartTicks != process.StartTicks)
            (process, lastTicks, counted) = (main, 0, 0);
        counted += Math.Max(0, ticks - lastTicks);
        lastTicks = ticks;
        return new(counted / ProcStat.TicksPerSecond, tree.Sum(p => p.ResidentBytes));
    }
}
