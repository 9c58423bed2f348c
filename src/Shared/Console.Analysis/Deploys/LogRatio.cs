using MathNet.Numerics.Distributions;

namespace FleetConsole.Analysis.Deploys;

/// <summary>
/// A ratio as its natural logarithm, with how well it is known: latency is compared in ratios, and equal ratios are
/// equal distances of logarithms.
/// </summary>
/// <param name="Value">Natural logarithm of the ratio; 0 is no change.</param>
/// <param name="Variance">Its variance.</param>
/// <param name="Freedom">Degrees of freedom of the variance.</param>
public readonly record struct LogRatio(double Value, double Variance, double Freedom)
{
    private const double Confidence = 0.975;

    /// <summary>Half the width of the 95 % interval: Student's t, since the variance is itself estimated from few bins.</summary>
    public double Half => StudentT.InvCDF(0, 1, Freedom, Confidence) * Math.Sqrt(Variance);

    /// <summary>Lower end of the 95 % interval.</summary>
    public double Low => Value - Half;

    /// <summary>Upper end of the 95 % interval.</summary>
    public double High => Value + Half;

    /// <summary>How often no change at all would look at least as large, either way, 0 to 1.</summary>
    public double P => 2 * StudentT.CDF(0, 1, Freedom, -Math.Abs(Value) / Math.Sqrt(Variance));

    /// <summary>This, and something independent taken off it. Degrees of freedom after Satterthwaite (Biometrics 2, 1946).</summary>
    public LogRatio Less(LogRatio other)
    {
        var sum = Variance + other.Variance;
        var freedom = sum <= 0 ? Freedom : sum * sum / ((Variance * Variance / Freedom) + (other.Variance * other.Variance / other.Freedom));
        return new(Value - other.Value, sum, freedom);
    }

    /// <summary>The same, with a variance that is larger by a factor.</summary>
    public LogRatio Widened(double factor) => this with { Variance = Variance * factor };

    /// <summary>
    /// Several hosts' ratios as one: weights by DerSimonian and Laird (Controlled Clinical Trials 7, 1986), so that
    /// hosts that really differ widen the interval instead of averaging away.
    /// </summary>
    /// <param name="ratios">At least one.</param>
    public static LogRatio Pool(IReadOnlyList<LogRatio> ratios)
    {
        if (ratios.Count == 1)
            return ratios[0];
        var w = ratios.Select(r => 1 / r.Variance).ToList();
        var sum = w.Sum();
        var mean = ratios.Zip(w, (r, weight) => r.Value * weight).Sum() / sum;
        var q = ratios.Zip(w, (r, weight) => weight * (r.Value - mean) * (r.Value - mean)).Sum();
        var between = Math.Max(0, (q - (ratios.Count - 1)) / (sum - (w.Sum(weight => weight * weight) / sum)));
        var v = ratios.Select(r => 1 / (r.Variance + between)).ToList();
        return new(ratios.Zip(v, (r, weight) => r.Value * weight).Sum() / v.Sum(), 1 / v.Sum(), ratios.Sum(r => r.Freedom));
    }
}
