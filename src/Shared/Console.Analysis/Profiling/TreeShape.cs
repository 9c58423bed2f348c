using System.Runtime.CompilerServices;

namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// The prefix tree of stacks, in the order of a walk that visits a node before its children. Node 0 is the root. A node's subtree is the range up to its end, so its
/// first child is the next node, the next sibling begins at a child's end, and nothing else is kept: 8 bytes a node.
/// </summary>
internal sealed class TreeShape
{
    private TreeShape(int count) => (Frames, Ends) = (GC.AllocateUninitializedArray<int>(count), GC.AllocateUninitializedArray<int>(count));

    /// <summary>The frame of each node, -1 for the root.</summary>
    public int[] Frames { get; }

    /// <summary>The node after the last of each node's subtree.</summary>
    public int[] Ends { get; }

    public int Count => Frames.Length;

    /// <summary>Builds it; <paramref name="nodes"/> is where each stack ends.</summary>
    // Each of these loops runs once over millions of frames: without this it would run as the JIT's first, slow draft.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TreeShape Of(StackSet stacks, out int[] nodes)
    {
        // Sorted, equal prefixes are neighbours: no table of children is needed, and the nodes are counted before they are made.
        var order = new int[stacks.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(order, new StackOrder(stacks));

        var shared = new int[order.Length];
        var count = 1;
        for (var i = 0; i < order.Length; i++)
        {
            shared[i] = i == 0 ? 0 : Shared(stacks[order[i - 1]], stacks[order[i]]);
            count += stacks[order[i]].Length - shared[i];
        }

        var shape = new TreeShape(count);
        nodes = shape.Fill(stacks, order, shared);
        return shape;
    }

    /// <summary>What each node has with its subtree, from what each stack has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long[] Totals(int[] nodes, long[] values)
    {
        var totals = new long[Count];
        for (var i = 0; i < nodes.Length; i++)
            totals[nodes[i]] += values[i];
        for (var node = Count - 1; node >= 0; node--)
        {
            for (var child = node + 1; child < Ends[node]; child = Ends[child])
                totals[node] += totals[child];
        }

        return totals;
    }

    /// <summary>What a node has without its children.</summary>
    public long Self(int node, long[] totals)
    {
        var self = totals[node];
        for (var child = node + 1; child < Ends[node]; child = Ends[child])
            self -= totals[child];
        return self;
    }

    /// <summary>The nodes from the root to a node, both included.</summary>
    public IReadOnlyList<int> Path(int node)
    {
        var path = new List<int> { 0 };
        while (path[^1] != node)
        {
            var child = path[^1] + 1;
            while (Ends[child] <= node)
                child = Ends[child];
            path.Add(child);
        }

        return path;
    }

    /// <returns>The child of a node with that frame, -1 when there is none.</returns>
    public int Child(int node, int frame)
    {
        for (var child = node + 1; child < Ends[node]; child = Ends[child])
        {
            if (Frames[child] == frame)
                return child;
        }

        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int[] Fill(StackSet stacks, int[] order, int[] shared)
    {
        var nodes = new int[order.Length];
        var open = new int[Longest(stacks) + 1];
        Frames[0] = -1;
        var (next, depth) = (1, 0);
        for (var i = 0; i < order.Length; i++)
        {
            for (; depth > shared[i]; depth--)
                Ends[open[depth]] = next;
            var stack = stacks[order[i]];
            while (depth < stack.Length)
            {
                Frames[next] = stack[depth];
                open[++depth] = next++;
            }

            nodes[order[i]] = open[depth];
        }

        for (; depth >= 0; depth--)
            Ends[open[depth]] = next;
        return nodes;
    }

    private static int Longest(StackSet stacks)
    {
        var longest = 0;
        for (var i = 0; i < stacks.Count; i++)
            longest = Math.Max(longest, stacks[i].Length);
        return longest;
    }

    // How many frames two stacks share. MemoryExtensions.CommonPrefixLength does the same, later: its code for int is not compiled ahead.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Shared(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        var length = Math.Min(a.Length, b.Length);
        var i = 0;
        while (i < length && a[i] == b[i])
            i++;
        return i;
    }

    private sealed class StackOrder(StackSet stacks) : IComparer<int>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public int Compare(int x, int y)
        {
            var a = stacks[x];
            var b = stacks[y];
            var same = Shared(a, b);
            if (same == a.Length || same == b.Length)
                return a.Length.CompareTo(b.Length);
            return a[same].CompareTo(b[same]);
        }
    }
}
