namespace FleetConsole.Analysis.Drift;

/// <summary>How log latency may rise with process age.</summary>
public enum AgeShape
{
    /// <summary>a / 24: as far as it goes, the same each bin.</summary>
    Linear,

    /// <summary>1 - exp(-a / 6): saturates within a quarter of a day of bins.</summary>
    Fast,

    /// <summary>1 - exp(-a / 24): saturates within days of bins.</summary>
    Slow,
}

/// <summary>The shapes' values.</summary>
internal static class AgeShapes
{
    public const int Count = 3;

    /// <summary>Over so many spans each is fitted (<see cref="AgeSpan"/>).</summary>
    public const int Spans = 3;

    /// <summary>The shape at an age in bins; 0 at age 0.</summary>
    public static double At(AgeShape shape, double age) => shape switch
    {
        AgeShape.Linear => age / 24,
        AgeShape.Fast => 1 - Math.Exp(-age / 6),
        _ => 1 - Math.Exp(-age / 24),
    };
}
