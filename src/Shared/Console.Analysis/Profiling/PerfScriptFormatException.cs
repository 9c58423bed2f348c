namespace FleetConsole.Analysis.Profiling;

/// <summary>A file is not what <c>perf script</c> prints.</summary>
/// <param name="line">How far it was read, from 1.</param>
/// <param name="problem">What is wrong, without a full stop.</param>
public sealed class PerfScriptFormatException(int line, string problem) : Exception($"Line {line}: {problem}.")
{
    /// <summary>How far it was read, from 1.</summary>
    public int Line { get; } = line;
}
