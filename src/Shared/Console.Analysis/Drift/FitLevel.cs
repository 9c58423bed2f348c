namespace FleetConsole.Analysis.Drift;

/// <summary>
/// Where a series' latency lies, as it was measured: the hours and loads that its bins had are the usual ones. Weighted
/// means, from which the level at any age follows for any coefficient of an age shape.
/// </summary>
/// <param name="MeanLog">Of log latency.</param>
/// <param name="Linear">Of the straight shape at the bins' ages.</param>
/// <param name="Fast">Of the fast one.</param>
/// <param name="Slow">Of the slow one.</param>
/// <param name="Variance">Of the mean.</param>
internal readonly record struct FitLevel(double MeanLog, double Linear, double Fast, double Slow, double Variance)
{
    /// <summary>Log latency at an age in bins.</summary>
    public double At(AgeShape shape, double coefficient, double age) => MeanLog + (coefficient * (AgeShapes.At(shape, age) - Mean(shape)));

    private double Mean(AgeShape shape) => shape switch
    {
        AgeShape.Linear => Linear,
        AgeShape.Fast => Fast,
        _ => Slow,
    };
}
