namespace FleetConsole.Analysis.Profiling;

/// <summary>A box of a difference's flame graph. Its width is the mean of what it weighs before and after.</summary>
/// <param name="Node">The difference's node, to focus on; -1 for a box that stands for its parent's children that are too narrow to be seen.</param>
/// <param name="Parent">Index of the parent's box in the view, -1 for the focus.</param>
/// <param name="Depth">0 for the focus.</param>
/// <param name="Start">From the left, 0 to 1.</param>
/// <param name="Width">0 to 1; the focus has 1.</param>
/// <param name="Frame">Index into the view's frames; -1 for the root and for what stands for others.</param>
/// <param name="Before">With what it called; 0 for others.</param>
/// <param name="After">With what it called; 0 for others.</param>
/// <param name="Delta">See <see cref="FlameDiff.DeltaOf"/>; for the colour. 0 for others.</param>
public readonly record struct FlameDiffBox(
    int Node, int Parent, int Depth, double Start, double Width, int Frame, long Before, long After, double Delta);

/// <summary>What of a difference can be seen.</summary>
/// <param name="Boxes">By depth and place; parents come before children.</param>
/// <param name="Frames">The functions that boxes name.</param>
/// <param name="Ancestors">From the root to the focus's parent, with what they have after.</param>
public sealed record FlameDiffView(IReadOnlyList<FlameDiffBox> Boxes, IReadOnlyList<FlameFrame> Frames, IReadOnlyList<FlameAncestor> Ancestors)
{
    /// <summary>Cuts it out of a difference.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds.</exception>
    public static FlameDiffView Of(FlameDiff diff, FlameViewOptions options)
    {
        var weights = diff.Weights;
        var placed = ViewLayout.Of(diff.Shape, node => (diff.BeforeOf(node) * weights.Before) + (diff.AfterOf(node) * weights.After), options);
        var frames = new ViewFrames(diff.Frames);
        var boxes = new FlameDiffBox[placed.Count];
        for (var i = 0; i < boxes.Length; i++)
        {
            var (node, parent, depth, start, width) = placed[i];
            boxes[i] = node < 0
                ? new(node, parent, depth, start, width, -1, 0, 0, 0)
                : new(node, parent, depth, start, width, frames.Add(diff.FrameOf(node)), diff.BeforeOf(node), diff.AfterOf(node), diff.DeltaOf(node));
        }

        var ancestors = diff.PathTo(options.Focus).SkipLast(1).Select(node => new FlameAncestor(node, diff.NameOf(node), diff.AfterOf(node)));
        return new(boxes, frames.Seen, [.. ancestors]);
    }
}
