namespace FleetConsole.Analysis.Latency;

/// <summary>A stretch of time in Unix seconds, half-open: [From, To).</summary>
public readonly record struct TimeRange(double From, double To)
{
    /// <summary>Whether the window (from, to] has any moment within this stretch.</summary>
    public bool Touches(double windowFrom, double windowTo) => windowTo > From && windowFrom < To;
}
