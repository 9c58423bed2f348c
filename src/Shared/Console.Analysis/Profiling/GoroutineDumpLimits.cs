namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// What a dump may hold at most. 20,000 goroutines were measured to be 31 MB of text; 128 MiB are 80,000 of them, which took a process of 198 MB to read, or of 419 MB as lines of JSON.
/// </summary>
public sealed record GoroutineDumpLimits
{
    /// <summary>The file's size.</summary>
    public int FileBytes { get; init; } = 128 << 20;

    /// <summary>Its size without gzip.</summary>
    public int UnzippedBytes { get; init; } = 128 << 20;

    /// <summary>Goroutines; a text may list them without their stacks.</summary>
    public int Goroutines { get; init; } = 1_000_000;

    /// <summary>Frames of one goroutine. Go writes 100 and leaves out the middle.</summary>
    public int Frames { get; init; } = 10_000;

    /// <summary>Different functions, wait reasons and groups, together.</summary>
    public int Names { get; init; } = 1_000_000;

    /// <summary>For a dump that is a profile.</summary>
    public PprofLimits Profile { get; init; } = new();
}
