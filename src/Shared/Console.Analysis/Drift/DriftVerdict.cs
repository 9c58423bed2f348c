namespace FleetConsole.Analysis.Drift;

/// <summary>
/// What is known of a series' drift. "Cannot tell" is a verdict of its own: no traffic and broken numbers never pass for a
/// steady server. From a source that failed no series is made, and so no verdict.
/// </summary>
public abstract record DriftVerdict
{
    private DriftVerdict()
    {
    }

    /// <summary>Nothing rises with age that chance would not.</summary>
    /// <param name="Ratio">Latency at <see cref="DriftOptions.RatioAge"/> over latency at age 0, as far as the data go; what drift could still hide is its upper end.</param>
    /// <param name="Score">The best evidence there was, a normal score.</param>
    /// <param name="Resolved">A drift that an older version had and the current one has not.</param>
    public sealed record Steady(Estimate Ratio, double Score, ResolvedDrift? Resolved) : DriftVerdict;

    /// <summary>Rises with age, and either not surely enough or no restart has reset it yet, so that it may be the calendar's.</summary>
    public sealed record Suspected(DriftFinding Finding) : DriftVerdict;

    /// <summary>Rises with age, surely, and restarts reset it.</summary>
    public sealed record Drifting(DriftFinding Finding) : DriftVerdict;

    /// <summary>Too few bins with traffic to judge.</summary>
    /// <param name="Have">Usable bins.</param>
    /// <param name="Need">Bins it takes.</param>
    public sealed record NotEnoughData(int Have, int Need) : DriftVerdict;
}

/// <summary>A number with its 95 % interval.</summary>
public readonly record struct Estimate(double Value, double Low, double High)
{
    // 97.5 % point of the normal.
    private const double Wide = 1.959964;

    /// <summary>A normal estimate.</summary>
    public static Estimate Normal(double value, double error) => new(value, value - (Wide * error), value + (Wide * error));

    /// <summary>The same through an increasing function.</summary>
    public Estimate Map(Func<double, double> function) => new(function(Value), function(Low), function(High));
}

/// <summary>A drift that is over: older processes had it, and the current one surely has less than half of it.</summary>
/// <param name="Finding">The drift while it lasted; its <see cref="DriftFinding.Ended"/> says until when and which process ended it.</param>
/// <param name="WasCertain">Whether it would have been called drifting rather than suspected.</param>
public sealed record ResolvedDrift(DriftFinding Finding, bool WasCertain);
