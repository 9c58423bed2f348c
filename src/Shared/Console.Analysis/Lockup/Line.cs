using MathNet.Numerics.LinearRegression;

namespace FleetConsole.Analysis.Lockup;

/// <summary>A straight line fitted by ordinary least squares.</summary>
/// <param name="Intercept">Value at x = 0.</param>
/// <param name="Slope">Per unit of x.</param>
/// <param name="StandardError">The slope's, widened for residuals that follow each other.</param>
internal readonly record struct Line(double Intercept, double Slope, double StandardError)
{
    // Beyond this the inflation says no more than "one sample".
    private const double MostCorrelation = 0.95;

    public double At(double x) => Intercept + (Slope * x);

    /// <param name="x">At least three values, not all equal.</param>
    public static Line Through(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        // Unix seconds would lose the fit to cancellation.
        var origin = x[0];
        double[] from = [.. x.Select(value => value - origin)];
        var (intercept, slope) = SimpleRegression.Fit(from, [.. y]);
        var residuals = from.Select((value, i) => y[i] - intercept - (slope * value)).ToArray();
        var squares = residuals.Sum(r => r * r);
        var mean = from.Average();
        var spread = from.Sum(value => (value - mean) * (value - mean));
        var lag = squares > 0 ? residuals.Zip(residuals.Skip(1), (a, b) => a * b).Sum() / squares : 0;
        var correlation = Math.Clamp(lag, 0, MostCorrelation);
        var variance = squares / (from.Length - 2) / spread * (1 + correlation) / (1 - correlation);
        return new(intercept - (slope * origin), slope, Math.Sqrt(variance));
    }
}
