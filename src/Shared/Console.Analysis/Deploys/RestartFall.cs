using MathNet.Numerics.LinearAlgebra;

namespace FleetConsole.Analysis.Deploys;

/// <summary>What everybody sees at a restart: the new process's first ages against the old one's last. It has age in it.</summary>
internal static class RestartFall
{
    // A few bins, so that one does not decide; but soon enough after the start that "first" is true, and of a short life no more than a third.
    private const int MostBins = 6;
    private const int LeastBins = 2;
    private const int ShareOfLife = 3;

    /// <summary>The ratio; null when either side has too few bins.</summary>
    public static LogRatio? Of(RestartedHost host)
    {
        var first = host.After.Points.Take(Math.Clamp(host.Replaced.Points.Count / ShareOfLife, LeastBins, MostBins)).ToList();
        var last = host.Replaced.Points.TakeLast(Math.Max(LeastBins, first.Count)).ToList();
        if (first.Count < LeastBins || last.Count < LeastBins)
            return null;
        var points = last.Concat(first).ToList();
        var x = Matrix<double>.Build.DenseOfRowArrays(points.Select((_, i) => new[] { 1.0, i < last.Count ? 0 : 1 }));
        var weights = last.Select(host.Replaced.WeightOf).Concat(first.Select(host.After.WeightOf)).ToArray();
        var fit = WeightedFit.Of(x, Vector<double>.Build.DenseOfEnumerable(points.Select(p => p.Log)), weights, [double.PositiveInfinity, double.PositiveInfinity]);
        return fit.Of(Vector<double>.Build.Dense([0, 1]));
    }
}
