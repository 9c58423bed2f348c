namespace FleetConsole.Analysis.Profiling;

/// <summary>Stacks of frames, root first, in one array.</summary>
/// <param name="frames">All stacks' frames, one stack after the other.</param>
/// <param name="ends">Where each ends.</param>
/// <param name="values">Of each.</param>
internal sealed class StackSet(int[] frames, int[] ends, long[] values)
{
    public int Count => ends.Length;

    public long[] Values => values;

    /// <summary>One stack.</summary>
    public ReadOnlySpan<int> this[int stack]
    {
        get
        {
            var start = stack == 0 ? 0 : ends[stack - 1];
            return new(frames, start, ends[stack] - start);
        }
    }
}
