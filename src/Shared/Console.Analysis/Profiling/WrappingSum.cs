namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// Sums of values that a file may have made up. Like pprof's they wrap, so that what is added up in two ways is the same; LINQ's would throw.
/// </summary>
public static class WrappingSum
{
    public static long Of(IEnumerable<long> values)
    {
        long sum = 0;
        foreach (var value in values)
            sum = unchecked(sum + value);
        return sum;
    }

    /// <summary>The absolute value; of the one that has none, the largest.</summary>
    public static long Magnitude(long value) => value == long.MinValue ? long.MaxValue : Math.Abs(value);
}
