namespace FleetConsole.Analysis.Deploys;

/// <summary>
/// Hosts that err at the same moments are not so many witnesses: the variance of the mean of H of them with correlation r
/// is larger by 1 + (H - 1) r, the design effect (Kish, Survey Sampling, 1965). Servers on one machine or on one storage do.
/// </summary>
internal static class SharedNoise
{
    // Two hosts with fewer moments in common say nothing of each other.
    private const int LeastShared = 4;

    /// <summary>The factor on the variance; at least 1.</summary>
    /// <param name="hosts">What each host's model leaves over, by moment.</param>
    public static double Of(IReadOnlyList<IReadOnlyList<(long Slot, double Residual)>> hosts)
    {
        var bySlot = hosts.Select(host => host.GroupBy(r => r.Slot).ToDictionary(g => g.Key, g => g.Average(r => r.Residual))).ToList();
        var correlations = new List<double>();
        for (var a = 0; a < bySlot.Count; a++)
        {
            for (var b = a + 1; b < bySlot.Count; b++)
            {
                var slots = bySlot[a].Keys.Where(bySlot[b].ContainsKey).ToList();
                if (slots.Count >= LeastShared)
                    correlations.Add(Correlation([.. slots.Select(slot => bySlot[a][slot])], [.. slots.Select(slot => bySlot[b][slot])]));
            }
        }

        return correlations.Count == 0 ? 1 : 1 + ((hosts.Count - 1) * Math.Clamp(correlations.Average(), 0, 1));
    }

    // Residuals have mean zero by themselves.
    private static double Correlation(double[] a, double[] b)
    {
        double product = 0, squareA = 1e-12, squareB = 1e-12;
        for (var i = 0; i < a.Length; i++)
        {
            product += a[i] * b[i];
            squareA += a[i] * a[i];
            squareB += b[i] * b[i];
        }

        return product / Math.Sqrt(squareA * squareB);
    }
}
