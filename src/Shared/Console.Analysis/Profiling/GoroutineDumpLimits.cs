namespace FleetConsole.Analysis.Profiling;

/// <summary>What a dump may hold at most. 20,000 goroutines are some 30 MB of text.</summary>
public sealed record GoroutineDumpLimits
{
    /// <summary>The file's size.</summary>
    public int FileBytes { get; init; } = 512 << 20;

    /// <summary>Its size without gzip.</summary>
    public int UnzippedBytes { get; init; } = 512 << 20;

    /// <summary>Goroutines.</summary>
    public int Goroutines { get; init; } = 4_000_000;

    /// <summary>Frames of one goroutine. Go writes 100 and leaves out the middle.</summary>
    public int Frames { get; init; } = 10_000;

    /// <summary>Different functions, wait reasons and groups, together.</summary>
    public int Names { get; init; } = 4_000_000;

    /// <summary>For a dump that is a profile.</summary>
    public PprofLimits Profile { get; init; } = new();
}
