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

    /// <summary>A rise that would lock up later than this is no warning: a deploy comes first.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromDays(30);

    private const double NormalQuantile = 1.96;

    // The busy hour decides: a lock-up comes when the load does.
    private const double BusyPercentile = 90;

    private LockupForecast()
    {
    }

    /// <summary>Utilisation at the end of the samples at the busy spawn rate, never negative.</summary>
    public abstract double Utilisation { get; }

    /// <summary>
    /// Fits a line through the mean fork time and extends it to where, at the busy spawn rate (90th percentile of the
    /// samples), utilisation is 1. Page tables grow with the process and a fork copies them, so fork time is linear in
    /// what has grown. Ordinary least squares; the slope's variance is inflated by (1+r)/(1-r), r the residuals' lag-1
    /// correlation, since neighbouring samples repeat each other.
    /// Past 1 the queue grows by what arrives above what is served (the fluid approximation of a queue whose load rises; Newell 1968):
    /// with utilisation rising by a each second, a call waits a t^2 / 2 seconds when it has been above 1 for t of them.
    /// </summary>
    /// <param name="times">Unix seconds, ascending, all of one process; n of them.</param>
    /// <param name="spawnsPerSecond">Spawns per second at each time; n of them. NaN is left out.</param>
    /// <param name="forkSeconds">Mean seconds of one fork at each time; n of them. NaN is left out.</param>
    /// <param name="patience">Seconds that a call waits before it counts as not answered.</param>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static LockupForecast Of(ReadOnlySpan<double> times, ReadOnlySpan<double> spawnsPerSecond, ReadOnlySpan<double> forkSeconds, double patience)
    {
        if (times.Length != spawnsPerSecond.Length || times.Length != forkSeconds.Length)
            throw new ArgumentException($"{times.Length} times for {spawnsPerSecond.Length} rates and {forkSeconds.Length} fork times", nameof(times));
        var (x, rates, y) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < times.Length; i++)
        {
            if (!double.IsFinite(spawnsPerSecond[i]) || !double.IsFinite(forkSeconds[i]))
                continue;
            x.Add(times[i]);
            rates.Add(spawnsPerSecond[i]);
            y.Add(forkSeconds[i]);
        }

        if (x.Count < LeastSamples)
            return new TooFewSamples(x.Count, LeastSamples, y.Count > 0 ? Math.Max(0, y[^1] * rates[^1]) : 0);
        var busy = rates.Percentile((int)BusyPercentile);
        var line = Line.Through(x, y);
        var now = Math.Max(0, line.At(x[^1]));
        return busy > 0 ? Extend(now, line, busy, patience) : new NotRising(0);
    }

    private static LockupForecast Extend(double now, Line line, double busy, double patience)
    {
        var utilisation = now * busy;
        double Seconds(double slope) => Math.Max(0, ((1 - utilisation) / (slope * busy)) + Math.Sqrt(2 * patience / (slope * busy)));
        if (line.Slope <= 0 || line.Slope < LeastStandardErrors * line.StandardError || Seconds(line.Slope) > Horizon.TotalSeconds)
            return new NotRising(utilisation);
        var wide = NormalQuantile * line.StandardError;
        return new Rising(utilisation, line.Slope * busy * 3600, Seconds(line.Slope), Seconds(line.Slope + wide), Seconds(line.Slope - wide));
    }

    /// <summary>Utilisation rises and reaches 1 in view.</summary>
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
