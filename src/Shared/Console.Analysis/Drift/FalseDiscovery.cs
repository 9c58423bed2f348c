namespace FleetConsole.Analysis.Drift;

/// <summary>Many tests at once.</summary>
public static class FalseDiscovery
{
    /// <summary>
    /// The step-up procedure of Benjamini and Hochberg (1995): with p(1) &lt;= ... &lt;= p(m), reject the k smallest, k being the
    /// largest i with p(i) &lt;= q i / m.
    /// </summary>
    /// <param name="p">One p-value a test, any order. NaN is never rejected, and counts as a test.</param>
    /// <param name="q">The wanted rate of false ones among the rejected.</param>
    /// <returns>k; 0 when none is rejected.</returns>
    public static int Rejected(ReadOnlySpan<double> p, double q)
    {
        var sorted = new double[p.Length];
        for (var i = 0; i < sorted.Length; i++)
            sorted[i] = double.IsNaN(p[i]) ? double.PositiveInfinity : p[i];
        Array.Sort(sorted);
        for (var i = sorted.Length; i >= 1; i--)
        {
            if (sorted[i - 1] <= q * i / sorted.Length)
                return i;
        }

        return 0;
    }
}
