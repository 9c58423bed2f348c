namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// What a profile may hold at most. A count is checked before anything is allocated for it, so that the reader's memory is bounded by
/// <see cref="UnzippedBytes"/> and some 16 bytes for each thing that is counted here, whatever the file claims. A tree takes 24 bytes a frame besides, while it is built.
/// </summary>
public sealed record PprofLimits
{
    /// <summary>The file's size. A day's profile of a large service has some 10 MB.</summary>
    public int FileBytes { get; init; } = 64 << 20;

    /// <summary>Its size without gzip, which can hide a thousand times as much.</summary>
    public int UnzippedBytes { get; init; } = 128 << 20;

    /// <summary>Samples.</summary>
    public int Samples { get; init; } = 4_000_000;

    /// <summary>Frames of all samples together, inlined ones counted.</summary>
    public int Frames { get; init; } = 20_000_000;

    /// <summary>Values of all samples together.</summary>
    public int Values { get; init; } = 20_000_000;

    /// <summary>Labels of all samples together.</summary>
    public int Labels { get; init; } = 8_000_000;

    /// <summary>Locations; their lines may be twice as many.</summary>
    public int Locations { get; init; } = 4_000_000;

    /// <summary>Functions.</summary>
    public int Functions { get; init; } = 4_000_000;

    /// <summary>Strings.</summary>
    public int Strings { get; init; } = 8_000_000;

    /// <summary>Mappings. A process of Linux has 65,530 at most unless the kernel is told otherwise.</summary>
    public int Mappings { get; init; } = 200_000;

    /// <summary>Kinds of values; the heap's four are the most that Go writes.</summary>
    public int SampleTypes { get; init; } = 100;

    /// <summary>Length of <c>drop_frames</c> and of <c>keep_frames</c>, in characters.</summary>
    public int PatternLength { get; init; } = 2000;

    /// <summary>
    /// Characters of all functions' names times the patterns' characters: what matching may cost at most, since it takes linear time. 20,000 functions of 60
    /// characters against a pattern of 400 are 480 million.
    /// </summary>
    public long PatternWork { get; init; } = 1_000_000_000;
}
