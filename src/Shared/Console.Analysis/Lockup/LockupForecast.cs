using MathNet.Numerics.Statistics;

namespace FleetConsole.Analysis.Lockup;

/// <summary>
/// When one process will lock up. Utilisation is spawns per second times the mean time of one fork (the traffic intensity of a
/// single-server queue); at 1 the fork lock is held all the time, and from then on the queue for it only grows.
/// </summary>
public abstract record LockupForecast
{
    /// <summary>Fewer samples than a trend can be told from.</summary>
    public const int LeastSamples = 8;

    /// <summary>
    /// A slope counts as rising from this many standard errors on. With 200 hosts looked at every minute a bound of
    /// 2 would cry wolf all day; 4 is a chance of about 3 in 100,000 a look.
    /// </summary>
    public const double LeastStandardErrors = 4;

    /// <summary>
    /// From this many on where the process's virtual memory grows beyond doubt as well: a fork copies page tables, so that is half of the proof.
    /// </summary>
    public const double LeastStandardErrorsGrowing = 3;

    /// <summary>Growth of virtual memory over the samples that counts: a runtime that takes one more arena has less.</summary>
    public const double LeastGrowth = 0.1;

    /// <summary>A rise that would lock up later than this is no warning: a deploy comes first.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromDays(30);

    private const double NormalQuantile = 1.96;

    // The busy hour decides: a lock-up comes when the load does. Of a minute's spawns the 90th percentile is chance, and a queue at the limit does not care for it.
    private const int BusyPercentile = 90;
    private const double BusySeconds = 600;

    private LockupForecast()
    {
    }

    /// <summary>Utilisation at the end of the samples at the busy spawn rate, never negative.</summary>
    public abstract double Utilisation { get; }

    /// <summary>
    /// Fits a line through the mean fork time and extends it to where, at the busy spawn rate (90th percentile of
    /// means over ten minutes), utilisation is 1. Page tables grow with the process and a fork copies them, so fork time is linear in
    /// what has grown. Least squares with an error in proportion to the value; the slope's variance is inflated by (1+r)/(1-r), r the residuals' lag-1
    /// correlation, since neighbouring samples repeat each other.
    /// Past 1 the queue grows by what arrives above what is served (the fluid approximation of a queue whose load rises; Newell 1968):
    /// with utilisation rising by a each second, a call waits a t^2 / 2 seconds when it has been above 1 for t of them.
    /// </summary>
    /// <param name="samples">By time, all of one process. One whose rate or fork time is NaN is left out.</param>
    /// <param name="patience">Seconds that a call waits before it counts as not answered.</param>
    public static LockupForecast Of(IEnumerable<ForkSample> samples, double patience)
    {
        var known = samples.Where(s => double.IsFinite(s.SpawnsPerSecond) && double.IsFinite(s.ForkSeconds)).ToList();
        if (known.Count < LeastSamples)
            return new TooFewSamples(known.Count, LeastSamples, known.Count > 0 ? Math.Max(0, known[^1].ForkSeconds * known[^1].SpawnsPerSecond) : 0);
        var busy = BusyRate(known);
        var line = Line.ThroughRelative([.. known.Select(s => s.Time)], [.. known.Select(s => s.ForkSeconds)]);
        var now = Math.Max(0, line.At(known[^1].Time));
        return busy > 0 ? Extend(now, line, Grows(known) ? LeastStandardErrorsGrowing : LeastStandardErrors, busy, patience) : new NotRising(0);
    }

    private static double BusyRate(List<ForkSample> samples)
    {
        var parts = 1 + (int)((samples[^1].Time - samples[0].Time) / BusySeconds);
        return samples.Select(s => s.SpawnsPerSecond).Chunk((samples.Count + parts - 1) / parts).Select(part => part.Average()).Percentile(BusyPercentile);
    }

    private static bool Grows(List<ForkSample> samples)
    {
        var known = samples.Where(s => double.IsFinite(s.VirtualBytes)).ToList();
        if (known.Count < LeastSamples)
            return false;
        var line = Line.Through([.. known.Select(s => s.Time)], [.. known.Select(s => s.VirtualBytes)]);
        var (first, last) = (line.At(known[0].Time), line.At(known[^1].Time));
        return last - first >= LeastGrowth * first && line.Slope >= LeastStandardErrors * line.StandardError;
    }

    private static LockupForecast Extend(double now, Line line, double least, double busy, double patience)
    {
        var utilisation = now * busy;
        double Seconds(double slope) => Math.Max(0, ((1 - utilisation) / (slope * busy)) + Math.Sqrt(2 * patience / (slope * busy)));
        if (line.Slope <= 0 || line.Slope < least * line.StandardError || Seconds(line.Slope) > Horizon.TotalSeconds)
            return new NotRising(utilisation);
        var wide = NormalQuantile * line.StandardError;
        return new Rising(utilisation, line.Slope * busy * 3600, Seconds(line.Slope), Seconds(line.Slope + wide), Seconds(line.Slope - wide));
    }

    /// <summary>Utilisation rises, and calls will wait for the lock in view.</summary>
    /// <param name="Utilisation">Now, at the busy spawn rate.</param>
    /// <param name="PerHour">How much utilisation rises in an hour.</param>
    /// <param name="SecondsToLockup">Until a call waits for the lock longer than anybody's patience; 0 when it does.</param>
    /// <param name="Earliest">Lower end of its 95 % interval, seconds.</param>
    /// <param name="Latest">Upper end, seconds.</param>
    public sealed record Rising(double Utilisation, double PerHour, double SecondsToLockup, double Earliest, double Latest) : LockupForecast
    {
        /// <inheritdoc/>
        public override double Utilisation { get; } = Utilisation;
    }

    /// <summary>No rise that would lock the process up within <see cref="Horizon"/>.</summary>
    public sealed record NotRising(double Utilisation) : LockupForecast
    {
        /// <inheritdoc/>
        public override double Utilisation { get; } = Utilisation;
    }

    /// <summary>Too few samples of this process.</summary>
    /// <param name="Have">Samples there are.</param>
    /// <param name="Need">Samples a trend takes.</param>
    /// <param name="Utilisation">Of the newest sample; 0 without one.</param>
    public sealed record TooFewSamples(int Have, int Need, double Utilisation) : LockupForecast
    {
        /// <inheritdoc/>
        public override double Utilisation { get; } = Utilisation;
    }
}

/// <summary>What one look showed of a process's forks.</summary>
/// <param name="Time">Unix seconds.</param>
/// <param name="SpawnsPerSecond">NaN where nothing is known.</param>
/// <param name="ForkSeconds">Mean seconds of one fork; NaN where nothing was forked.</param>
/// <param name="VirtualBytes">The process's address space; NaN where nothing is known.</param>
public readonly record struct ForkSample(double Time, double SpawnsPerSecond, double ForkSeconds, double VirtualBytes);
