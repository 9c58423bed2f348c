using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace FleetConsole.Analysis.Drift;

/// <summary>Turns a t statistic into the normal score with the same tail probability.</summary>
public static class StudentScore
{
    // Below this tail probability the normal score is beyond 37 and says nothing more.
    private const double Smallest = 1e-300;

    /// <summary>
    /// z with P(Z &gt; z) = P(T &gt; t), T having <paramref name="degreesOfFreedom"/> (Student 1908). The tail of T is half the
    /// regularised incomplete beta function I(x; df/2, 1/2) at x = df / (df + t^2) (Abramowitz and Stegun 26.7.1).
    /// </summary>
    /// <param name="t">The statistic, of either sign.</param>
    /// <param name="degreesOfFreedom">Positive; need not be whole.</param>
    /// <returns>The score, at most 37 in size; NaN for NaN.</returns>
    public static double ToNormal(double t, double degreesOfFreedom)
    {
        if (double.IsNaN(t) || !(degreesOfFreedom > 0))
            return double.NaN;
        var x = degreesOfFreedom / (degreesOfFreedom + (t * t));
        var tail = x <= 0 ? 0 : SpecialFunctions.BetaRegularized(degreesOfFreedom / 2, 0.5, x) / 2;
        var z = tail > Smallest ? -Normal.InvCDF(0, 1, tail) : 37;
        return Math.CopySign(Math.Min(z, 37), t);
    }

    /// <summary>P(Z &gt; z) of the standard normal.</summary>
    public static double UpperTail(double z) => SpecialFunctions.Erfc(z / Math.Sqrt(2)) / 2;

    /// <summary>The z with P(Z &gt; z) = p.</summary>
    public static double FromUpperTail(double p) => p > Smallest ? -Normal.InvCDF(0, 1, p) : 37;
}
