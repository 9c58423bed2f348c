using MathNet.Numerics.LinearAlgebra;

namespace FleetConsole.Analysis.Deploys;

/// <summary>A linear model fitted by weights, with priors on its terms.</summary>
/// <param name="Terms">Coefficients.</param>
/// <param name="Covariance">Their covariance.</param>
/// <param name="Freedom">Degrees of freedom of the variance.</param>
/// <param name="Residuals">What the model leaves over, in the order of the rows.</param>
internal sealed record WeightedFit(Vector<double> Terms, Matrix<double> Covariance, double Freedom, Vector<double> Residuals)
{
    // What a bin of many requests varies by, and how many bins' worth that knowledge is: without it six bins that
    // happen to lie on a line would be certain of it.
    private const double PriorDeviation = 0.10;
    private const double PriorFreedom = 4;
    private const int Rounds = 4;

    // Huber (Annals of Mathematical Statistics 35, 1964), at 2.5 deviations: 99 % of well-behaved bins keep their weight.
    private const double Huber = 2.5;
    private const double MadToDeviation = 1.4826;

    // Neighbouring bins err together; more than this a short series cannot tell from a trend.
    private const double MostCorrelation = 0.8;

    /// <summary>
    /// Least squares with ridge priors: each term has mean 0 and the given deviation, infinite for none. The variance
    /// is widened by (1 + rho) / (1 - rho) for residuals that correlate from bin to bin (Bayley and Hammersley 1946).
    /// </summary>
    /// <param name="x">n rows of p terms, in the order of time.</param>
    /// <param name="y">n values.</param>
    /// <param name="weights">n weights, 0 to 1.</param>
    /// <param name="priors">p deviations.</param>
    public static WeightedFit Of(Matrix<double> x, Vector<double> y, double[] weights, double[] priors)
    {
        var variance = PriorDeviation * PriorDeviation;
        var robust = weights.ToArray();
        var penalty = Vector<double>.Build.DenseOfEnumerable(priors.Select(sd => double.IsInfinity(sd) ? 0 : 1 / (sd * sd)));
        var (terms, inverse) = Solve(x, y, robust, penalty, variance);
        for (var round = 0; round < Rounds; round++)
        {
            var residuals = y - (x * terms);
            robust = Tame(residuals, weights);
            variance = VarianceOf(residuals, robust, priors) * Widening(residuals, robust);
            (terms, inverse) = Solve(x, y, robust, penalty, variance);
        }

        return new(terms, inverse * variance, PriorFreedom + Math.Max(0, y.Count - Free(priors)), y - (x * terms));
    }

    /// <summary>A linear combination of the terms.</summary>
    public LogRatio Of(Vector<double> contrast) => new(contrast * Terms, contrast * Covariance * contrast, Freedom);

    private static (Vector<double> Terms, Matrix<double> Inverse) Solve(
        Matrix<double> x, Vector<double> y, double[] weights, Vector<double> penalty, double variance)
    {
        var weighted = x.MapIndexed((row, _, value) => value * weights[row]);
        var normal = weighted.TransposeThisAndMultiply(x) + Matrix<double>.Build.DenseOfDiagonalVector(penalty * variance);
        var inverse = normal.Inverse();
        return (inverse * weighted.TransposeThisAndMultiply(y), inverse);
    }

    private static double[] Tame(Vector<double> residuals, double[] weights)
    {
        var scaled = residuals.Select((r, i) => Math.Abs(r) * Math.Sqrt(weights[i])).ToList();
        var limit = Huber * Math.Max(MadToDeviation * scaled.Order().ElementAt(scaled.Count / 2), PriorDeviation / 2);
        return [.. weights.Select((w, i) => scaled[i] <= limit ? w : w * limit / scaled[i])];
    }

    private static double VarianceOf(Vector<double> residuals, double[] weights, double[] priors)
    {
        var sum = residuals.Select((r, i) => weights[i] * r * r).Sum();
        var freedom = Math.Max(0, residuals.Count - Free(priors));
        return ((PriorFreedom * PriorDeviation * PriorDeviation) + sum) / (PriorFreedom + freedom);
    }

    private static double Widening(Vector<double> residuals, double[] weights)
    {
        double product = 0, square = 1e-9;
        for (var i = 0; i < residuals.Count; i++)
        {
            square += weights[i] * residuals[i] * residuals[i];
            if (i > 0)
                product += Math.Sqrt(weights[i] * weights[i - 1]) * residuals[i] * residuals[i - 1];
        }

        var rho = Math.Clamp(product / square, 0, MostCorrelation);
        return (1 + rho) / (1 - rho);
    }

    private static int Free(double[] priors) => priors.Count(double.IsInfinity);
}
