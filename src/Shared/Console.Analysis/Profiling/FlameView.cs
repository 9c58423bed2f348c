namespace FleetConsole.Analysis.Profiling;

/// <summary>A box of a flame graph.</summary>
/// <param name="Node">The tree's node, to focus on; -1 for a box that stands for its parent's children that are too narrow to be seen.</param>
/// <param name="Parent">Index of the parent's box in the view, -1 for the focus.</param>
/// <param name="Depth">0 for the focus.</param>
/// <param name="Start">From the left, 0 to 1.</param>
/// <param name="Width">0 to 1; the focus has 1.</param>
/// <param name="Frame">Index into the view's frames; -1 for the root and for what stands for others.</param>
/// <param name="Total">With what it called; of a box for others their sum.</param>
/// <param name="Self">Without.</param>
public readonly record struct FlameBox(int Node, int Parent, int Depth, double Start, double Width, int Frame, long Total, long Self);

/// <summary>A function as a view names it.</summary>
/// <param name="Frame">The tree's frame, to search and to cut out.</param>
/// <param name="Package">For colours; empty for what is no Go function.</param>
public sealed record FlameFrame(int Frame, string Name, string File, string Package);

/// <summary>A node above the focus.</summary>
public sealed record FlameAncestor(int Node, string Name, long Total);

/// <summary>
/// What of a tree can be seen: the focus, and under it every node that is wide enough, with its place. A tree of millions of nodes becomes some thousand boxes.
/// </summary>
/// <param name="Boxes">By depth and place; parents come before children.</param>
/// <param name="Frames">The functions that boxes name.</param>
/// <param name="Ancestors">From the root to the focus's parent; empty when the root is the focus.</param>
/// <param name="FocusTotal">What the width stands for.</param>
/// <param name="Total">What the whole profile has.</param>
public sealed record FlameView(
    IReadOnlyList<FlameBox> Boxes, IReadOnlyList<FlameFrame> Frames, IReadOnlyList<FlameAncestor> Ancestors, long FocusTotal, long Total)
{
    /// <summary>Cuts it out of a tree.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds.</exception>
    public static FlameView Of(FlameTree tree, FlameViewOptions options)
    {
        var placed = ViewLayout.Of(tree.Shape, node => tree.TotalOf(node), options);
        var frames = new ViewFrames(tree.Frames);
        var boxes = new FlameBox[placed.Count];
        var focus = tree.TotalOf(options.Focus);
        for (var i = 0; i < boxes.Length; i++)
        {
            var (node, parent, depth, start, width) = placed[i];
            boxes[i] = node < 0
                ? new(node, parent, depth, start, width, -1, (long)Math.Round(width * focus), 0)
                : new(node, parent, depth, start, width, frames.Add(tree.FrameOf(node)), tree.TotalOf(node), tree.SelfOf(node));
        }

        var ancestors = tree.PathTo(options.Focus).SkipLast(1).Select(node => new FlameAncestor(node, tree.NameOf(node), tree.TotalOf(node)));
        return new(boxes, frames.Seen, [.. ancestors], focus, tree.Total);
    }
}

/// <summary>The functions that a view names, each once.</summary>
internal sealed class ViewFrames(FrameTable table)
{
    private readonly Dictionary<int, int> _places = [];
    private readonly List<FlameFrame> _seen = [];

    public IReadOnlyList<FlameFrame> Seen => _seen;

    public int Add(int frame)
    {
        if (frame < 0)
            return -1;
        if (_places.TryGetValue(frame, out var known))
            return known;
        var place = _seen.Count;
        _places.Add(frame, place);
        _seen.Add(new(frame, table.Name(frame), table.File(frame), FunctionName.PackageOf(table.Name(frame))));
        return place;
    }
}
