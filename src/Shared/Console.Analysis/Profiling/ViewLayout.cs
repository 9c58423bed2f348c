namespace FleetConsole.Analysis.Profiling;

/// <summary>Where a node lies in a view.</summary>
/// <param name="Node">-1 for a box that stands for its parent's children that are left out.</param>
/// <param name="Parent">Index of the parent's box, -1 for the focus.</param>
/// <param name="Start">From the left, as a part of the focus's width.</param>
/// <param name="Width">As a part of the focus's width.</param>
internal readonly record struct Placed(int Node, int Parent, int Depth, double Start, double Width);

/// <summary>
/// Chooses the widest nodes of a tree and places them, siblings from the widest to the narrowest. A child is never wider than its parent, so taking the widest node
/// next, until there are enough, always yields a tree; only the children of nodes that are seen are looked at.
/// </summary>
internal sealed class ViewLayout
{
    private readonly TreeShape _shape;
    private readonly Func<int, double> _width;
    private readonly FlameViewOptions _options;
    private readonly double _whole;
    private readonly List<Placed> _boxes = [];
    private readonly PriorityQueue<Placed, (double Width, int Node)> _queue = new();

    private ViewLayout(TreeShape shape, Func<int, double> width, FlameViewOptions options) =>
        (_shape, _width, _options, _whole) = (shape, width, options, width(options.Focus));

    /// <summary>The boxes by level and place; parents come before children.</summary>
    public static IReadOnlyList<Placed> Of(TreeShape shape, Func<int, double> width, FlameViewOptions options)
    {
        Check(options, shape.Count);
        var layout = new ViewLayout(shape, width, options);
        layout.Choose();
        layout.AddRests();
        return layout.Ordered();
    }

    private void Choose()
    {
        _queue.Enqueue(new(_options.Focus, -1, 0, 0, 1), default);
        while (_boxes.Count < _options.MostBoxes && _queue.TryDequeue(out var box, out _))
        {
            _boxes.Add(box);
            if (box.Depth < _options.MostLevels && _whole > 0)
                EnqueueChildren(box, _boxes.Count - 1);
        }
    }

    private void EnqueueChildren(Placed box, int index)
    {
        var children = new List<(double Width, int Node)>();
        for (var child = box.Node + 1; child < _shape.Ends[box.Node]; child = _shape.Ends[child])
        {
            var width = _width(child) / _whole;
            if (width > 0 && width >= _options.LeastWidth)
                children.Add((-width, child));
        }

        children.Sort();
        var start = box.Start;
        foreach (var (width, node) in children)
        {
            _queue.Enqueue(new(node, index, box.Depth + 1, start, -width), (width, node));
            start -= width;
        }
    }

    // What is left out of a node's children is one box, when it is wide enough to be seen.
    private void AddRests()
    {
        var seen = _boxes.Count;
        var shown = new double[seen];
        foreach (var box in _boxes)
        {
            if (box.Parent >= 0)
                shown[box.Parent] += box.Width;
        }

        for (var i = 0; i < seen && _whole > 0; i++)
        {
            double children = 0;
            for (var child = _boxes[i].Node + 1; child < _shape.Ends[_boxes[i].Node]; child = _shape.Ends[child])
                children += Math.Max(0, _width(child)) / _whole;
            var rest = children - shown[i];
            if (rest > 1e-12 && rest >= _options.LeastWidth && _boxes[i].Depth < _options.MostLevels)
                _boxes.Add(new(-1, i, _boxes[i].Depth + 1, _boxes[i].Start + shown[i], rest));
        }
    }

    private Placed[] Ordered()
    {
        var order = Enumerable.Range(0, _boxes.Count).OrderBy(i => _boxes[i].Depth).ThenBy(i => _boxes[i].Start).ToArray();
        var place = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
            place[order[i]] = i;
        return [.. order.Select(i => _boxes[i] with { Parent = _boxes[i].Parent < 0 ? -1 : place[_boxes[i].Parent] })];
    }

    private static void Check(FlameViewOptions options, int nodes)
    {
        if (options.Focus < 0 || options.Focus >= nodes)
            throw new ArgumentOutOfRangeException(nameof(options), options.Focus, $"The focus is one of {nodes} nodes.");
        if (!(options.LeastWidth >= 0 && options.LeastWidth <= 1))
            throw new ArgumentOutOfRangeException(nameof(options), options.LeastWidth, "The least width is a part of the whole, from 0 to 1.");
        if (options.MostLevels < 0 || options.MostBoxes < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.MostBoxes, "At least the focus is seen.");
    }
}
