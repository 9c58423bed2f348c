namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// All stacks of a profile merged from the root on. Nodes are numbered from 0, the root, each before its children; the numbers are the same whenever the tree is built
/// from the same file with the same options. 16 bytes a node.
/// </summary>
public sealed class FlameTree
{
    internal FlameTree(FrameTable frames, TreeShape shape, long[] totals, SampleType type, long total) =>
        (Frames, Shape, Totals, Type, Total) = (frames, shape, totals, type, total);

    /// <summary>What the values are.</summary>
    public SampleType Type { get; }

    /// <summary>The sum of all samples' absolute values, which pprof's percentages refer to. Without negative values that is the root's total.</summary>
    public long Total { get; }

    /// <summary>Number of nodes, with the root.</summary>
    public int Count => Shape.Count;

    /// <summary>The frames that nodes name.</summary>
    public FrameTable Frames { get; }

    internal TreeShape Shape { get; }

    internal long[] Totals { get; }

    /// <summary>Builds the tree of a profile.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample type.</exception>
    /// <exception cref="PprofFormatException">The patterns of <c>drop_frames</c> are more than the limits allow.</exception>
    public static FlameTree Of(PprofProfile profile, FlameOptions options)
    {
        if (options.SampleType < 0 || options.SampleType >= profile.SampleTypes.Count)
            throw new ArgumentOutOfRangeException(nameof(options), options.SampleType, "There is no such sample type.");
        var stacks = new ProfileStacks(profile, options);
        return Of(stacks.Table, stacks.Build(), profile.SampleTypes[options.SampleType]);
    }

    /// <summary>Adds trees up, as if all had been measured in one profile.</summary>
    /// <param name="trees">At least one.</param>
    /// <exception cref="ArgumentException">Their values are not of one kind.</exception>
    public static FlameTree Sum(IReadOnlyList<FlameTree> trees)
    {
        if (trees is [var single])
            return single;
        var frames = new FrameTable();
        var stacks = new StackSetBuilder();
        foreach (var tree in trees)
        {
            if (tree.Type != trees[0].Type)
                throw new ArgumentException($"{trees[0].Type.Type} in {trees[0].Type.Unit} cannot be added to {tree.Type.Type} in {tree.Type.Unit}.", nameof(trees));
            tree.AddTo(frames, stacks);
        }

        return Of(frames, stacks.Build(), trees[0].Type);
    }

    /// <summary>A node's frame, -1 for the root.</summary>
    public int FrameOf(int node) => Shape.Frames[node];

    /// <summary>A node's name; the root has none.</summary>
    public string NameOf(int node) => node == 0 ? "" : Frames.Name(Shape.Frames[node]);

    /// <summary>What was measured in a node and in what it called.</summary>
    public long TotalOf(int node) => Totals[node];

    /// <summary>What was measured in a node itself.</summary>
    public long SelfOf(int node) => Shape.Self(node, Totals);

    /// <summary>A node's children, the largest first.</summary>
    public IReadOnlyList<int> ChildrenOf(int node)
    {
        var children = new List<int>();
        for (var child = node + 1; child < Shape.Ends[node]; child = Shape.Ends[child])
            children.Add(child);
        return [.. children.OrderByDescending(child => Totals[child])];
    }

    /// <summary>The nodes from the root to a node, both included.</summary>
    public IReadOnlyList<int> PathTo(int node) => Shape.Path(node);

    /// <summary>The node that is reached from the root by these functions.</summary>
    /// <returns>-1 when there is none.</returns>
    public int Find(IEnumerable<string> path)
    {
        var node = 0;
        foreach (var name in path)
        {
            node = Frames.Find(name) is >= 0 and var frame ? Shape.Child(node, frame) : -1;
            if (node < 0)
                return -1;
        }

        return node;
    }

    internal static FlameTree Of(FrameTable frames, StackSet stacks, SampleType type)
    {
        var shape = TreeShape.Of(stacks, out var nodes);
        return new(frames, shape, shape.Totals(nodes, stacks.Values), type, WrappingSum.Of(stacks.Values.Select(WrappingSum.Magnitude)));
    }

    /// <summary>Adds the stacks it was made of to others, whose frames have numbers of their own.</summary>
    internal void AddTo(FrameTable frames, StackSetBuilder stacks)
    {
        var known = new int[Frames.Count];
        for (var frame = 0; frame < known.Length; frame++)
            known[frame] = frames.Add(Frames.Name(frame), Frames.File(frame));
        var renamed = Array.Empty<int>();
        AddStacks((stack, value) =>
        {
            if (renamed.Length < stack.Length)
                renamed = new int[Math.Max(stack.Length, 2 * renamed.Length)];
            for (var i = 0; i < stack.Length; i++)
                renamed[i] = known[stack[i]];
            stacks.Add(renamed.AsSpan(0, stack.Length), value);
        });
    }

    /// <summary>The stacks it was made of: one for each node that has something itself.</summary>
    internal void AddStacks(Action<ReadOnlySpan<int>, long> add)
    {
        var path = new List<int>();
        var ends = new List<int>();
        for (var node = 0; node < Count; node++)
        {
            while (ends.Count > 0 && ends[^1] <= node)
            {
                ends.RemoveAt(ends.Count - 1);
                path.RemoveAt(path.Count - 1);
            }

            path.Add(Shape.Frames[node]);
            ends.Add(Shape.Ends[node]);
            if (Shape.Self(node, Totals) is not 0 and var self)
                add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(path)[1..], self);
        }
    }
}
