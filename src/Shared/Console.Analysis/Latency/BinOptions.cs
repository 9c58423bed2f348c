namespace FleetConsole.Analysis.Latency;

/// <summary>How samples are gathered into bins of process age.</summary>
public sealed record BinOptions
{
    /// <summary>
    /// Width of a bin, and the unit of every time constant of the drift model. One hour: a p99 of ten minutes is biased
    /// where traffic is low, since it then rests on one or two requests; a day has too few hours to lose more of them.
    /// </summary>
    public TimeSpan Width { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Least number of requests in a bin. Fewer than ten have no median; a p99 of so few is their maximum, and weighs next to nothing.</summary>
    public int LeastCount { get; init; } = 10;

    /// <summary>Width in seconds.</summary>
    /// <exception cref="InvalidOperationException">Width is not positive.</exception>
    public double WidthSeconds => Width > TimeSpan.Zero
        ? Width.TotalSeconds
        : throw new InvalidOperationException($"The width of a bin must be positive, not {Width}.");
}
