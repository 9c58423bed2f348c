namespace FleetConsole.Analysis.Profiling;

/// <summary>The data are no profile, are damaged, or are more than the limits allow.</summary>
/// <param name="offset">Where, in bytes from the beginning of the unzipped data.</param>
/// <param name="problem">What is wrong there, without the offset.</param>
public sealed class PprofFormatException(long offset, string problem, Exception? inner = null)
    : Exception($"At byte {offset}: {problem}", inner)
{
    /// <summary>Where, in bytes from the beginning of the unzipped data.</summary>
    public long Offset { get; } = offset;

    /// <summary>What is wrong there.</summary>
    public string Problem { get; } = problem;
}
