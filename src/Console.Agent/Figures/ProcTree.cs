using System.Globalization;

namespace FleetConsole.Agent.Figures;

/// <summary>A unit's processes as /proc shows them now: the main process, its descendants and the other members of its process group.</summary>
internal static class ProcTree
{
    public static IReadOnlyList<ProcStat> Of(int mainPid) => Select(mainPid, All());

    /// <summary>
    /// A child whose parent has ended belongs to init by parentage, but still to the group of the server that it came from.
    /// </summary>
    public static IReadOnlyList<ProcStat> Select(int mainPid, IReadOnlyList<ProcStat> all)
    {
        var byParent = all.ToLookup(p => p.Parent);
        var found = new Dictionary<int, ProcStat>();
        var open = new Stack<ProcStat>(all.Where(p => p.Pid == mainPid || p.Group == mainPid));
        while (open.TryPop(out var process))
        {
            if (!found.TryAdd(process.Pid, process))
                continue;
            foreach (var child in byParent[process.Pid])
                open.Push(child);
        }

        return [.. found.Values];
    }

    /// <summary>The living members of a process group, its head apart.</summary>
    public static IReadOnlyList<ProcStat> Followers(int group) => All().FindAll(p => p.Group == group && p.Pid != group && !p.IsDead);

    private static List<ProcStat> All()
    {
        var all = new List<ProcStat>();
        foreach (var path in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(path.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && ProcStat.Read(pid) is { } stat)
                all.Add(stat);
        }

        return all;
    }
}
