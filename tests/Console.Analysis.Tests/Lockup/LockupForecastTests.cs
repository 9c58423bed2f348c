using FleetConsole.Analysis.Lockup;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;

namespace FleetConsole.Analysis.Tests.Lockup;

public sealed class LockupForecastTests
{
    private const double Start = 1_770_000_000;

    [Fact]
    public void A_fork_time_that_rises_steadily_says_when_the_lock_is_held_all_the_time()
    {
        // 20 spawns a second lock up at 50 ms a fork: from 1 ms by 1 ms a minute that is after 49 minutes; 29 have passed.
        var rising = Assert.IsType<LockupForecast.Rising>(Forecast(30, 60, _ => 20, minute => 0.001 + (0.001 * minute)));

        Assert.Equal(0.6, rising.Utilisation, 6);
        Assert.Equal(20 * 60, rising.SecondsToLockup, 3);
        Assert.Equal(1.2, rising.PerHour, 6);
        Assert.Equal(rising.SecondsToLockup, rising.Earliest, 3);
    }

    [Fact]
    public void Past_the_limit_a_queue_grows_until_a_call_waits_too_long()
    {
        // Utilisation rises by a tenth of a hundredth each second: 800 s to the limit, and after 100 more the queue is 100^2 / 2,000 = 5 s long.
        var rising = Assert.IsType<LockupForecast.Rising>(Forecast(21, 10, _ => 10, i => 0.001 * i, patience: 5));
        Assert.Equal(800 + 100, rising.SecondsToLockup, 3);

        var past = Assert.IsType<LockupForecast.Rising>(Forecast(106, 10, _ => 10, i => 0.001 * i, patience: 5));
        Assert.Equal(1.05, past.Utilisation, 6);
        Assert.Equal(50, past.SecondsToLockup, 3);
    }

    [Fact]
    public void The_truth_lies_within_a_factor_of_two_and_nearly_always_within_the_interval()
    {
        var within = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new MersenneTwister(seed);
            var rising = Assert.IsType<LockupForecast.Rising>(Forecast(40, 15, _ => 8, i => (0.001 + (0.0005 * i)) * Normal.Sample(random, 1, 0.15)));

            // 125 ms at 8 a second: sample 248, and the 39th is the last.
            const double Truth = (248 - 39) * 15;
            Assert.InRange(rising.SecondsToLockup, Truth / 2, Truth * 2);
            within += Truth >= rising.Earliest && Truth <= rising.Latest ? 1 : 0;
        }

        Assert.InRange(within, 184, 200);
    }

    [Fact]
    public void Noise_without_a_rise_is_no_warning()
    {
        var random = new MersenneTwister(3);
        var warnings = 0;
        for (var i = 0; i < 500; i++)
            warnings += Forecast(60, 60, _ => 20, _ => 0.001 * Math.Exp(Normal.Sample(random, 0, 0.2))) is LockupForecast.Rising ? 1 : 0;

        Assert.InRange(warnings, 0, 2);
    }

    [Fact]
    public void A_rise_too_slow_for_a_month_is_no_warning() =>
        Assert.IsType<LockupForecast.NotRising>(Forecast(60, 600, _ => 20, i => 0.001 + (1e-9 * i)));

    [Fact]
    public void A_fork_time_beyond_the_limit_leaves_no_time() =>
        Assert.Equal(0, Assert.IsType<LockupForecast.Rising>(Forecast(30, 60, _ => 20, minute => 0.002 * minute)).SecondsToLockup);

    [Fact]
    public void The_busy_hour_decides()
    {
        // Ten a second most of the time, twenty in one hour of four: the limit is 50 ms and not 100.
        var rising = Assert.IsType<LockupForecast.Rising>(Forecast(40, 600, i => i / 6 % 4 == 0 ? 20 : 10, i => 0.001 * (i + 1)));

        Assert.Equal(10 * 600, rising.SecondsToLockup, 3);
    }

    [Fact]
    public void A_busy_minute_decides_nothing()
    {
        // Twenty in one minute of four is 12.5: 80 ms, forty of which have come.
        var rising = Assert.IsType<LockupForecast.Rising>(Forecast(40, 60, minute => minute % 4 == 0 ? 20 : 10, minute => 0.001 * (minute + 1)));

        Assert.InRange(rising.SecondsToLockup, 36 * 60, 41 * 60);
    }

    [Fact]
    public void Samples_without_a_fork_count_for_nothing_and_too_few_are_said_to_be()
    {
        var few = Assert.IsType<LockupForecast.TooFewSamples>(Forecast(30, 60, _ => 20, minute => minute < 7 ? 0.01 : double.NaN));

        Assert.Equal((7, LockupForecast.LeastSamples), (few.Have, few.Need));
        Assert.Equal(0.2, few.Utilisation, 9);
    }

    [Fact]
    public void Bursts_of_other_work_do_not_hide_a_fork_time_that_rises_tenfold()
    {
        // Half an hour from 4 ms to 150, while other work makes a fork take half or twice as long for minutes.
        var told = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var other = Bursts(new(seed), 120, 0.7);
            told += Forecast(120, 15, _ => 8, i => (0.004 + (0.00125 * i)) * other[i]) is LockupForecast.Rising ? 1 : 0;
        }

        Assert.InRange(told, 120, 200);
    }

    [Fact]
    public void Memory_that_grows_speaks_for_a_rise_and_makes_none()
    {
        var (alone, growing, steady, steps) = (0, 0, 0, 0);
        for (var seed = 0; seed < 300; seed++)
        {
            var other = Bursts(new(seed), 60, 0.5);
            double Rising(int i) => (0.004 + (0.00125 * i)) * other[i];
            double Flat(int i) => 0.05 * other[i];
            alone += Forecast(60, 15, _ => 8, Rising) is LockupForecast.Rising ? 1 : 0;
            growing += Forecast(60, 15, _ => 8, Rising, bytes: i => 1e9 + (5e7 * i)) is LockupForecast.Rising ? 1 : 0;
            steady += Forecast(60, 15, _ => 8, Flat, bytes: i => 1e9 + (5e7 * i)) is LockupForecast.Rising ? 1 : 0;
            steps += Forecast(60, 15, _ => 8, Rising, bytes: i => 1e9 + (i / 50 * 6.4e7)) is LockupForecast.Rising ? 1 : 0;
        }

        Assert.True(growing >= 1.2 * alone, $"{growing} with memory that grows, {alone} without");
        Assert.Equal(alone, steps);
        Assert.InRange(steady, 0, 9);
    }

    // Factors by which the rest of the machine slows a fork: of a log-normal Ornstein-Uhlenbeck process with a time constant of one minute.
    private static double[] Bursts(MersenneTwister random, int samples, double deviation)
    {
        var (factors, level, keep) = (new double[samples], Normal.Sample(random, 0, 1), Math.Exp(-15.0 / 60));
        for (var i = 0; i < samples; i++)
        {
            factors[i] = Math.Exp(deviation * level);
            level = (keep * level) + (Math.Sqrt(1 - (keep * keep)) * Normal.Sample(random, 0, 1));
        }

        return factors;
    }

    private static LockupForecast Forecast(
        int samples, double step, Func<int, double> rate, Func<int, double> forkSeconds, double patience = 0, Func<int, double>? bytes = null) => LockupForecast.Of(
        Enumerable.Range(0, samples).Select(i => new ForkSample(Start + (i * step), rate(i), forkSeconds(i), bytes?.Invoke(i) ?? double.NaN)), patience);
}
