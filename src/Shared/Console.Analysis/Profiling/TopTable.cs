using System.Runtime.CompilerServices;

namespace FleetConsole.Analysis.Profiling;

/// <summary>A function in the top table.</summary>
/// <param name="Frame">Its frame.</param>
/// <param name="Flat">What was measured in it.</param>
/// <param name="Cum">What was measured in it and in what it called; a stack that holds it twice counts once.</param>
public readonly record struct TopRow(int Frame, string Name, string File, long Flat, long Cum);

/// <summary>What <c>go tool pprof -top</c> prints: flat and cumulative values by function.</summary>
public static class TopTable
{
    /// <summary>pprof leaves out functions below this share of the total (its <c>nodefraction</c>).</summary>
    public const double LeastShare = 0.005;

    /// <summary>All functions, the largest flat value first, by name where values are equal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static IReadOnlyList<TopRow> Of(FlameTree tree)
    {
        var count = tree.Frames.Count;
        var (flat, cum) = (new long[count], new long[count]);

        // How many nodes of each frame are open on the walk: only the outermost counts.
        var open = new int[count];
        var path = new Stack<int>();
        for (var node = 1; node < tree.Count; node++)
        {
            while (path.TryPeek(out var last) && tree.Shape.Ends[last] <= node)
                open[tree.FrameOf(path.Pop())]--;
            var (frame, total) = (tree.FrameOf(node), tree.TotalOf(node));
            flat[frame] += total;
            if (path.TryPeek(out var parent))
                flat[tree.FrameOf(parent)] -= total;
            if (open[frame]++ == 0)
                cum[frame] += total;
            path.Push(node);
        }

        return [.. Enumerable.Range(0, count).Where(frame => flat[frame] != 0 || cum[frame] != 0)
            .Select(frame => new TopRow(frame, tree.Frames.Name(frame), tree.Frames.File(frame), flat[frame], cum[frame]))
            .OrderByDescending(row => WrappingSum.Magnitude(row.Flat)).ThenBy(row => row.Name, StringComparer.Ordinal)];
    }

    /// <summary>The smallest cumulative value that pprof shows.</summary>
    public static long Cutoff(IReadOnlyList<TopRow> rows) => WrappingSum.Magnitude((long)(WrappingSum.Of(rows.Select(row => row.Flat)) * LeastShare));
}
