namespace FleetConsole.Analysis.Drift;

/// <summary>A finding's latency over process age at usual load, with a 95 % band of the rise; all arrays have the same length.</summary>
/// <param name="AgeSeconds">Ages, ascending from 0.</param>
/// <param name="Seconds">Fitted latency.</param>
/// <param name="Low">Lower end of the band.</param>
/// <param name="High">Upper end.</param>
public sealed record FittedCurve(double[] AgeSeconds, double[] Seconds, double[] Low, double[] High)
{
    /// <summary>Draws a finding.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="toAgeSeconds">The last age.</param>
    /// <param name="points">Number of points, two at least.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two points.</exception>
    public static FittedCurve Of(DriftFinding finding, double toAgeSeconds, int points)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 2);
        var evidence = finding.Evidence;
        var curve = new FittedCurve(new double[points], new double[points], new double[points], new double[points]);
        for (var i = 0; i < points; i++)
        {
            curve.AgeSeconds[i] = toAgeSeconds * i / (points - 1);
            var shape = AgeShapes.At(evidence.Shape, curve.AgeSeconds[i] / evidence.Options.BinSeconds);
            var rise = Estimate.Normal(evidence.Coefficient * shape, evidence.Error * shape).Map(Math.Exp);
            curve.Seconds[i] = finding.BaseSeconds * rise.Value;
            curve.Low[i] = finding.BaseSeconds * rise.Low;
            curve.High[i] = finding.BaseSeconds * rise.High;
        }

        return curve;
    }
}
