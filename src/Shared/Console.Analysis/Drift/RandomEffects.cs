namespace FleetConsole.Analysis.Drift;

/// <summary>
/// Random-effects pooling of DerSimonian and Laird (1986): weights 1 / (v + tau^2), tau^2 by the method of moments from
/// Cochran's Q.
/// </summary>
public static class RandomEffects
{
    /// <summary>Between-member variance: max(0, (Q - (k - 1)) / (sum w - sum w^2 / sum w)), w = 1 / v.</summary>
    /// <param name="estimates">The members' estimates; k of them.</param>
    /// <param name="variances">Their variances, positive; k of them.</param>
    public static double BetweenVariance(ReadOnlySpan<double> estimates, ReadOnlySpan<double> variances)
    {
        double sum = 0, squares = 0, weighted = 0;
        for (var i = 0; i < estimates.Length; i++)
        {
            var w = 1 / variances[i];
            (sum, squares, weighted) = (sum + w, squares + (w * w), weighted + (w * estimates[i]));
        }

        var mean = weighted / sum;
        double q = 0;
        for (var i = 0; i < estimates.Length; i++)
            q += (estimates[i] - mean) * (estimates[i] - mean) / variances[i];
        var c = sum - (squares / sum);
        return c > 0 ? Math.Max(0, (q - (estimates.Length - 1)) / c) : 0;
    }

    /// <summary>The pooled estimate and its standard error when members are independent.</summary>
    public static (double Estimate, double Error) Pool(ReadOnlySpan<double> estimates, ReadOnlySpan<double> variances)
    {
        var tau2 = BetweenVariance(estimates, variances);
        double sum = 0, weighted = 0;
        for (var i = 0; i < estimates.Length; i++)
        {
            sum += 1 / (variances[i] + tau2);
            weighted += estimates[i] / (variances[i] + tau2);
        }

        return (weighted / sum, Math.Sqrt(1 / sum));
    }
}
