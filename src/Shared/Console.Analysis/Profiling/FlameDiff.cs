namespace FleetConsole.Analysis.Profiling;

/// <summary>What one unit of either profile weighs, so that profiles of different length compare.</summary>
/// <param name="Before">Of the profile before.</param>
/// <param name="After">Of the profile after.</param>
public readonly record struct DiffWeights(double Before, double After)
{
    /// <summary>Each profile weighs 1: shares are compared, and a doubling of everything is no difference.</summary>
    public static DiffWeights ByTotal(FlameTree before, FlameTree after) => new(Inverse(before.Total), Inverse(after.Total));

    /// <summary>Each second weighs the same, and the profile before weighs 1: a doubling of everything is a difference of 1.</summary>
    /// <returns>Null when a duration is not known: then this cannot be told.</returns>
    public static DiffWeights? ByDuration(FlameTree before, long nanosecondsBefore, FlameTree after, long nanosecondsAfter)
    {
        if (nanosecondsBefore <= 0 || nanosecondsAfter <= 0)
            return null;
        var one = before.Total > 0 ? Inverse(before.Total) : Inverse(after.Total);
        return new(one, one * nanosecondsBefore / nanosecondsAfter);
    }

    private static double Inverse(long total) => total == 0 ? 0 : 1.0 / total;
}

/// <summary>Two trees merged, with both sides' values at each node. 24 bytes a node.</summary>
public sealed class FlameDiff
{
    private FlameDiff(FrameTable frames, TreeShape shape, long[] before, long[] after, FlameTree one, DiffWeights weights) =>
        (Frames, Shape, Befores, Afters, Type, Weights) = (frames, shape, before, after, one.Type, weights);

    /// <summary>What the values are, on both sides.</summary>
    public SampleType Type { get; }

    /// <summary>What one unit weighs.</summary>
    public DiffWeights Weights { get; }

    /// <summary>Number of nodes, with the root.</summary>
    public int Count => Shape.Count;

    /// <summary>The frames that nodes name; they are not those of either tree.</summary>
    public FrameTable Frames { get; }

    internal TreeShape Shape { get; }

    internal long[] Befores { get; }

    internal long[] Afters { get; }

    /// <summary>Merges two trees.</summary>
    /// <exception cref="ArgumentException">Their values are not of one kind.</exception>
    public static FlameDiff Of(FlameTree before, FlameTree after, DiffWeights weights)
    {
        if (before.Type != after.Type)
            throw new ArgumentException($"{before.Type.Type} in {before.Type.Unit} cannot be compared with {after.Type.Type} in {after.Type.Unit}.", nameof(after));
        var frames = new FrameTable();
        var stacks = new StackSetBuilder();
        before.AddTo(frames, stacks);
        var first = stacks.Count;
        after.AddTo(frames, stacks);
        var set = stacks.Build();
        var shape = TreeShape.Of(set, out var nodes);
        var totals = shape.Totals(nodes[..first], set.Values);
        return new(frames, shape, totals, shape.Totals(nodes[first..], set.Values[first..]), before, weights);
    }

    /// <summary>A node's frame, -1 for the root.</summary>
    public int FrameOf(int node) => Shape.Frames[node];

    /// <summary>A node's name; the root has none.</summary>
    public string NameOf(int node) => node == 0 ? "" : Frames.Name(Shape.Frames[node]);

    /// <summary>What a node and what it called had before.</summary>
    public long BeforeOf(int node) => Befores[node];

    /// <summary>What a node and what it called have after.</summary>
    public long AfterOf(int node) => Afters[node];

    /// <summary>What a node weighs after, less what it weighed before: 0.1 by totals means ten points more of the profile.</summary>
    public double DeltaOf(int node) => (Afters[node] * Weights.After) - (Befores[node] * Weights.Before);

    /// <summary>The nodes from the root to a node, both included.</summary>
    public IReadOnlyList<int> PathTo(int node) => Shape.Path(node);
}
