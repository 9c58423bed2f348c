namespace FleetConsole.Analysis.Profiling;

/// <summary>How much of a tree is looked at.</summary>
public sealed record FlameViewOptions
{
    /// <summary>The node that fills the width; 0 for the root.</summary>
    public int Focus { get; init; }

    /// <summary>Narrower boxes, as a part of the focus's width, are left out. One pixel of 1,440: nobody sees less.</summary>
    public double LeastWidth { get; init; } = 1.0 / 1440;

    /// <summary>Levels under the focus.</summary>
    public int MostLevels { get; init; } = 200;

    /// <summary>Boxes; where there would be more, the widest are kept. At 4,000 a browser draws a frame in some milliseconds.</summary>
    public int MostBoxes { get; init; } = 4000;
}
