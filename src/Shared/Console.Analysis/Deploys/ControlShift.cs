using MathNet.Numerics.LinearAlgebra;

namespace FleetConsole.Analysis.Deploys;

/// <summary>
/// What changed at the moment of the deploy on hosts that were not restarted: the second difference of difference in
/// differences (Card and Krueger 1994). A control host ages on through that moment, so its level is compared across it
/// with its own trend taken out.
/// </summary>
internal static class ControlShift
{
    // Bins on either side; with fewer a trend and a shift cannot be told apart.
    private const int LeastBins = 4;

    // As far as half a day on either side: what happens later has nothing to do with the deploy.
    private const int MostBins = 144;

    // What befalls a whole fleet at once (a network, a storage) rarely moves latency by more.
    private const double ShiftPrior = 0.3;
    private const double TrendPrior = 1;
    private const double LoadPrior = 0.4;
    private static readonly double[] Priors = [double.PositiveInfinity, TrendPrior, ShiftPrior, LoadPrior];

    /// <summary>The shift, pooled over the hosts; null when no host can tell.</summary>
    /// <param name="controls">Each host's process that ran through the deploy.</param>
    /// <param name="at">Unix seconds of the deploy's first restart.</param>
    /// <param name="binSeconds">Width of a bin.</param>
    public static (LogRatio Shift, int Hosts)? Of(IReadOnlyList<AgeSeries> controls, double at, double binSeconds)
    {
        var shifts = controls.Select(series => Of(series, at, binSeconds)).OfType<LogRatio>().ToList();
        return shifts.Count == 0 ? null : (LogRatio.Pool(shifts), shifts.Count);
    }

    private static LogRatio? Of(AgeSeries series, double at, double binSeconds)
    {
        // The bin in which it happened belongs to neither side. As long before as after.
        var after = series.Points.Where(p => p.End - binSeconds >= at).Take(MostBins).ToList();
        var before = series.Points.Where(p => p.End <= at).TakeLast(Math.Max(LeastBins, after.Count)).ToList();
        if (after.Count < LeastBins || before.Count < LeastBins)
            return null;
        var points = before.Concat(after).ToList();
        var span = points[^1].End - points[0].End;
        var load = Math.Log(before.Average(p => p.Rate));
        var x = Matrix<double>.Build.DenseOfRowArrays(points.Select(p =>
            new[] { 1, (p.End - at) / span, p.End > at ? 1 : 0, Math.Log(p.Rate) - load }));
        var fit = WeightedFit.Of(x, Vector<double>.Build.DenseOfEnumerable(points.Select(p => p.Log)), [.. points.Select(series.WeightOf)], Priors);
        return fit.Of(Vector<double>.Build.Dense([0, 0, 1, 0]));
    }
}
