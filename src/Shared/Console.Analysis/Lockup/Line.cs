using MathNet.Numerics.LinearRegression;

namespace FleetConsole.Analysis.Lockup;

/// <summary>A straight line fitted by least squares.</summary>
/// <param name="Intercept">Value at x = 0.</param>
/// <param name="Slope">Per unit of x.</param>
/// <param name="StandardError">The slope's, widened for residuals that follow each other.</param>
internal readonly record struct Line(double Intercept, double Slope, double StandardError)
{
    // Beyond this the inflation says no more than "one sample".
    private const double MostCorrelation = 0.95;

    // A slope of the demo's moves by less than a millionth after them.
    private const int Rounds = 6;

    // No value counts as more exact than one of a quarter of the mean: near nothing noise no longer shrinks with the value.
    private const double LeastShare = 0.25;

    public double At(double x) => Intercept + (Slope * x);

    /// <summary>Each value is as exact as any other.</summary>
    /// <param name="x">At least three values, not all equal.</param>
    /// <param name="y">As many.</param>
    public static Line Through(IReadOnlyList<double> x, IReadOnlyList<double> y) => Through(x, y, [.. y.Select(_ => 1.0)]);

    /// <summary>
    /// Noise grows with the value (a busy machine makes a fork take longer by a factor, not by a time): iteratively reweighted least squares with
    /// a variance in proportion to the square of the mean (quasi-likelihood; Wedderburn 1974).
    /// </summary>
    /// <param name="x">At least three values, not all equal.</param>
    /// <param name="y">As many, of one sign.</param>
    public static Line ThroughRelative(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        var (line, mean) = (Through(x, y), y.Average());
        for (var round = 0; round < Rounds && mean > 0; round++)
        {
            var before = line;
            line = Through(x, y, [.. x.Select(value => Square(mean / Math.Max(before.At(value), LeastShare * mean)))]);
        }

        return line;
    }

    private static Line Through(IReadOnlyList<double> x, IReadOnlyList<double> y, double[] weights)
    {
        // Unix seconds would lose the fit to cancellation.
        var origin = x[0];
        double[] from = [.. x.Select(value => value - origin)];
        var terms = WeightedRegression.Weighted([.. from.Select(value => new[] { value })], [.. y], weights, intercept: true);
        var (intercept, slope) = (terms[0], terms[1]);
        double[] residuals = [.. from.Select((value, i) => Math.Sqrt(weights[i]) * (y[i] - intercept - (slope * value)))];
        var squares = residuals.Sum(Square);
        var mean = from.Zip(weights, (value, weight) => weight * value).Sum() / weights.Sum();
        var spread = from.Zip(weights, (value, weight) => weight * Square(value - mean)).Sum();
        var lag = squares > 0 ? residuals.Zip(residuals.Skip(1), (a, b) => a * b).Sum() / squares : 0;
        var correlation = Math.Clamp(lag, 0, MostCorrelation);
        var variance = squares / (from.Length - 2) / spread * (1 + correlation) / (1 - correlation);
        return new(intercept - (slope * origin), slope, Math.Sqrt(variance));
    }

    private static double Square(double value) => value * value;
}
