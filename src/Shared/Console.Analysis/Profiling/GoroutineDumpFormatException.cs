namespace FleetConsole.Analysis.Profiling;

/// <summary>The data are no goroutine dump, or are more than the limits allow.</summary>
/// <param name="line">Where, from 1; 0 where the data have no lines.</param>
/// <param name="offset">Where, in bytes from the beginning of the unzipped data.</param>
/// <param name="problem">What is wrong there.</param>
public sealed class GoroutineDumpFormatException(int line, long offset, string problem, Exception? inner = null)
    : Exception(line > 0 ? $"At line {line} (byte {offset}): {problem}" : $"At byte {offset}: {problem}", inner)
{
    /// <summary>Where, from 1; 0 where the data have no lines.</summary>
    public int Line { get; } = line;

    /// <summary>Where, in bytes from the beginning of the unzipped data.</summary>
    public long Offset { get; } = offset;

    /// <summary>What is wrong there.</summary>
    public string Problem { get; } = problem;
}
