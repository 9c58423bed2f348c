using FleetConsole.Analysis.Drift;
using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Tests.Drift;

/// <summary>A fleet that is looked at every hour, by earlier fits and without any: the same to the last digit.</summary>
public sealed class IncrementalFitTests
{
    /// <summary>Monday, 5 January 2026.</summary>
    private const double From = 1767571200;
    private const double Step = 600;
    private const int FirstHour = 120;
    private const int Hours = 40;
    private static readonly double[] Bounds = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 10];
    private static readonly DriftOptions Options = new() { Window = 130 };

    [Fact]
    public void Fits_that_follow_earlier_ones_are_those_of_a_console_that_just_started()
    {
        var spared = 0;
        foreach (var (bins, before, fresh, following) in Looks())
        {
            spared += ReferenceEquals(before?.P99, following.P99) ? 1 : 0;
            Assert.Same(bins, following.Series.Bins);
            Same(fresh, following);
        }

        // Five of six looks at a quiet series, the sixth being its turn.
        Assert.InRange(spared, Hours, 4 * Hours * 5 / 6);
    }

    [Fact]
    public void A_series_without_a_sign_of_drift_is_fitted_once_in_six_bins()
    {
        var quiet = Looks().Where(look => look.Fresh.Series.Method == "quiet").Select(look => look.Following.P99).Distinct().Count();

        // Two series; by chance one shows a sign now and then.
        Assert.InRange(quiet, 2 * (Hours / 6), Hours);
    }

    [Fact]
    public void A_past_bin_that_changes_is_seen_at_once()
    {
        var series = new DriftSeries(new("h0"), "quiet", Bins(0, FirstHour));
        var before = DriftFit.Of(series, At(FirstHour), Options);
        var masked = series with { Bins = AgeBins.Of(Samples(0, 0, FirstHour), Lives(0), Options.Bins, [new(At(50), At(70))]) };

        Same(DriftFit.Of(masked, At(FirstHour), Options), DriftFit.Next(before, masked, At(FirstHour), Options));
        Assert.NotEqual(before.Bins, DriftFit.Next(before, masked, At(FirstHour), Options).Bins);
    }

    private static IEnumerable<(AgeBins Bins, DriftFit? Before, DriftFit Fresh, DriftFit Following)> Looks()
    {
        for (var s = 0; s < 4; s++)
        {
            var (bins, before) = (Bins(s, FirstHour), default(DriftFit?));
            for (var hour = FirstHour + 1; hour <= FirstHour + Hours; hour++)
            {
                bins = bins.Append(Samples(s, hour - 1, hour), Lives(s), At(hour) - (Options.Window * 3600));
                var (host, method) = (new HostId($"h{s / 2}"), s % 2 == 0 ? "quiet" : "rising");
                var following = DriftFit.Next(before, new(host, method, bins), At(hour), Options);
                yield return (bins, before, DriftFit.Of(new(host, method, Bins(s, hour)), At(hour), Options), following);
                before = following;
            }
        }
    }

    private static void Same(DriftFit expected, DriftFit actual)
    {
        Assert.Equal(expected.Bins, actual.Bins);
        Assert.Equal(expected.Reach, actual.Reach);
        Assert.Equal(expected.Span, actual.Span);
        Assert.Equal(expected.Steps, actual.Steps);
        foreach (var view in AgeView.All)
        {
            var (one, other) = (expected.Effect(view), actual.Effect(view));
            Assert.Equal(one is null, other is null);
            if (one is null || other is null)
                continue;
            Assert.Equal((one.Coefficient, one.DataVariance, one.PriorVariance, one.DegreesOfFreedom), (other.Coefficient, other.DataVariance, other.PriorVariance, other.DegreesOfFreedom));
            Assert.Equal(one.Influence, other.Influence);
            Assert.Equal(one.Share, other.Share);
        }
    }

    private static AgeBins Bins(int series, int hour) => AgeBins.Of(Samples(series, 0, hour), Lives(series), Options.Bins);

    private static double At(int hour) => From + (hour * 3600);

    private static ProcessIncarnation[] Lives(int series) =>
        [.. new[] { -5.3, 41.7, 90.2, 133.9 }.Select((hour, version) => Life(series / 2, From + (hour * 3600) + (series / 2 * 400), version))];

    private static ProcessIncarnation Life(int host, double start, int version) => new(new HostId($"h{host}"), start, start, start, start, $"v{version}");

    // Of each window the same counts, whichever windows are asked for with it.
    private static BucketSamples Samples(int series, int fromHour, int toHour)
    {
        var windows = (toHour - fromHour) * 6;
        var counts = new float[windows * (Bounds.Length + 1)];
        for (var w = 0; w < windows; w++)
        {
            var end = At(fromHour) + ((w + 1) * Step);
            var random = new Random((series * 100003) + (int)((end - From) / Step));
            var life = Lives(series).LastOrDefault(l => l.StartedAt <= end - Step);
            var slower = series % 2 == 1 && life is not null ? 1 + ((end - life.StartedAt) / 86400 * 0.8) : 1;
            for (var r = 0; r < 300; r++)
            {
                var seconds = 0.02 * slower * Math.Exp(0.7 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
                var bucket = Array.FindIndex(Bounds, b => seconds <= b);
                counts[(w * (Bounds.Length + 1)) + (bucket < 0 ? Bounds.Length : bucket)]++;
            }
        }

        return new([.. Enumerable.Range(1, windows).Select(w => At(fromHour) + (w * Step))], Step, counts, Bounds);
    }
}
