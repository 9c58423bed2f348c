using MathNet.Numerics.LinearAlgebra;

namespace FleetConsole.Analysis.Deploys;

/// <summary>
/// One host's new version against its old one, bin by bin of equal age. A difference of two bins of one age has no age
/// in it, whatever the curve over age looks like: what is left is the version, and what the two bins do not share.
/// </summary>
internal sealed record EqualAge(
    LogRatio Weighted, LogRatio Oldest, double AgeFrom, double AgeTo, int Bins, double RateBefore, double RateAfter, double Requests, int Processes,
    IReadOnlyList<(long Slot, double Residual)> LeftOver)
{
    // At three times the load a server is another server: no linear term makes that comparable.
    private const double MostLoadRatio = 3;

    // An earlier process that covers less of the compared ages would bend the curve where it begins and ends.
    private const double LeastCover = 0.8;

    // Deviations of the priors. Slope: from equal at age 0 to e times slower at the oldest age is common (the incident:
    // 4 times). Cold start and load as the drift model has them, smaller since here they are differences. Hour of day:
    // most of a day's wave is load, which has a term of its own.
    private const double SlopePrior = 1;
    private const double ColdPrior = 0.3;
    private const double LoadPrior = 0.4;
    private const double HourPrior = 0.05;
    private static readonly double[] Priors = [double.PositiveInfinity, SlopePrior, ColdPrior, LoadPrior, HourPrior, HourPrior];

    /// <summary>The bins of equal age and comparable load.</summary>
    public static IReadOnlyList<PairedBin> Pair(RestartedHost host, JudgeOptions options)
    {
        var after = host.After.Points.Where(p => p.Number < options.MostBins).ToList();
        var before = host.Before.Select(series => (Series: series, ByNumber: series.Points.ToDictionary(p => p.Number)))
            .Where((old, i) => i == 0 || Cover(old.ByNumber, after) >= LeastCover).ToList();
        var pairs = new List<PairedBin>();
        foreach (var point in after)
        {
            var old = before.Where(o => o.ByNumber.ContainsKey(point.Number))
                .Select(o => (Point: o.ByNumber[point.Number], Weight: o.Series.WeightOf(o.ByNumber[point.Number]))).ToList();
            if (old.Count == 0)
                continue;
            var pair = PairedBin.Of(point, host.After.WeightOf(point), old);
            if (Math.Abs(pair.LoadChange) <= Math.Log(MostLoadRatio))
                pairs.Add(pair);
        }

        return pairs;
    }

    /// <summary>Fits the difference over age.</summary>
    /// <param name="pairs">At least three.</param>
    public static EqualAge Of(IReadOnlyList<PairedBin> pairs, JudgeOptions options)
    {
        var oldest = pairs[^1].Age;
        var cold = options.ColdStartBins * options.Bin.TotalSeconds;
        double[] Row(double age, PairedBin? pair) =>
            [1, age / oldest, Math.Exp(-age / cold), pair?.LoadChange ?? 0, pair?.CosChange ?? 0, pair?.SinChange ?? 0];
        var x = Matrix<double>.Build.DenseOfRowArrays(pairs.Select(p => Row(p.Age, p)));
        var y = Vector<double>.Build.DenseOfEnumerable(pairs.Select(p => p.Change));
        var fit = WeightedFit.Of(x, y, [.. pairs.Select(p => p.Weight)], Priors);

        // Each age weighs by itself: a process spends its life old, and a slope that was mended shows there.
        var ages = pairs.Sum(p => p.Age);
        var contrast = Vector<double>.Build.Dense(Priors.Length);
        foreach (var pair in pairs)
            contrast += Vector<double>.Build.Dense(Row(pair.Age, null)) * (pair.Age / ages);
        return new(fit.Of(contrast), fit.Of(Vector<double>.Build.Dense(Row(oldest, null))), pairs[0].Age, oldest, pairs.Count,
            pairs.Average(p => p.RateBefore), pairs.Average(p => p.RateAfter), pairs.Sum(p => p.Requests), pairs.Max(p => p.Processes),
            [.. pairs.Select((p, i) => ((long)(p.End / options.Bin.TotalSeconds), fit.Residuals[i]))]);
    }

    private static double Cover(Dictionary<int, AgePoint> series, List<AgePoint> after) =>
        after.Count == 0 ? 0 : (double)after.Count(p => series.ContainsKey(p.Number)) / after.Count;
}

/// <summary>One bin of the new version and the mean of the old version's at the same age.</summary>
internal sealed record PairedBin(
    double Age, double Change, double Weight, double LoadChange, double CosChange, double SinChange, double RateBefore, double RateAfter,
    double Requests, int Processes, double End, double SecondsApart)
{
    private const double Day = 86400;

    public static PairedBin Of(AgePoint after, double weight, IReadOnlyList<(AgePoint Point, double Weight)> old)
    {
        var sum = old.Sum(o => o.Weight);
        double Mean(Func<AgePoint, double> of) => old.Sum(o => of(o.Point) * o.Weight) / sum;
        var rate = Mean(p => p.Rate);
        return new(after.AgeSeconds, after.Log - Mean(p => p.Log), 1 / ((1 / weight) + (1 / sum)),
            Math.Log(after.Rate / rate), Math.Cos(Phase(after)) - Mean(p => Math.Cos(Phase(p))), Math.Sin(Phase(after)) - Mean(p => Math.Sin(Phase(p))),
            rate, after.Rate, after.Count, old.Count, after.End, after.End - Mean(p => p.End));
    }

    private static double Phase(AgePoint point) => 2 * Math.PI * (point.End % Day) / Day;
}
