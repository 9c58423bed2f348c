namespace FleetConsole.Analysis.Latency;

/// <summary>Quantiles of a histogram by the rules of Prometheus, so that the console and a dashboard show one number.</summary>
public static class BucketQuantile
{
    /// <summary>
    /// As <c>histogram_quantile</c> does (prometheus/promql/quantile.go, described under "histogram_quantile()" in its
    /// documentation): linear within the bucket that holds rank q x total; the first bucket begins at 0 when its bound is
    /// positive; a rank in the +Inf bucket gives the highest finite bound.
    /// </summary>
    /// <param name="q">The quantile, 0 to 1.</param>
    /// <param name="counts">Requests per bucket, not cumulative, +Inf last; K of them, none negative.</param>
    /// <param name="bounds">Finite upper bounds, ascending; K - 1 of them.</param>
    /// <returns>The quantile in the bounds' unit; NaN when there is no request.</returns>
    public static double Of(double q, ReadOnlySpan<float> counts, ReadOnlySpan<double> bounds)
    {
        double total = 0;
        foreach (var count in counts)
            total += count;
        if (!(total > 0))
            return double.NaN;

        var rank = q * total;
        double below = 0;
        for (var k = 0; k < bounds.Length; k++)
        {
            if (below + counts[k] >= rank)
                return Within(k, rank - below, counts[k], bounds);
            below += counts[k];
        }

        return bounds[^1];
    }

    private static double Within(int bucket, double rank, double count, ReadOnlySpan<double> bounds)
    {
        if (bucket == 0 && bounds[0] <= 0)
            return bounds[0];
        var lower = bucket == 0 ? 0 : bounds[bucket - 1];
        return count > 0 ? lower + ((bounds[bucket] - lower) * rank / count) : lower;
    }
}
