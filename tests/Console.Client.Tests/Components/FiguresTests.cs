using FleetConsole.Client.Components;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Client.Tests.Components;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(0.0, "0.0 ms")]
    [InlineData(0.0004, "0.4 ms")]
    [InlineData(0.0042, "4.2 ms")]
    [InlineData(0.01, "10 ms")]
    [InlineData(0.4, "400 ms")]
    [InlineData(0.994, "994 ms")]
    [InlineData(1.0, "1.00 s")]
    [InlineData(1.234, "1.23 s")]
    [InlineData(10.0, "10.0 s")]
    [InlineData(61.26, "61.3 s")]
    public void Latency_is_shown_in_the_unit_of_its_size(double seconds, string expected) =>
        Assert.Equal(expected, Figures.Latency(seconds));

    [Theory]
    [InlineData(0.0005, "0.5 ms")]
    [InlineData(0.1, "100 ms")]
    [InlineData(1.0, "1 s")]
    [InlineData(2.5, "2.5 s")]
    [InlineData(60.0, "60 s")]
    public void A_tick_is_as_short_as_it_can_be(double seconds, string expected) =>
        Assert.Equal(expected, Figures.Tick(seconds));

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(59, "59 s")]
    [InlineData(60, "1 min 0 s")]
    [InlineData(3599, "59 min 59 s")]
    [InlineData(3600, "1 h 0 min")]
    [InlineData(86399, "23 h 59 min")]
    [InlineData(86400, "1 d 0 h")]
    [InlineData(1_000_000, "11 d 13 h")]
    public void An_age_has_its_two_largest_units(int seconds, string expected) =>
        Assert.Equal(expected, Figures.Age(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_start_ahead_of_our_clock_is_age_zero()
    {
        var now = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

        Assert.Equal("0 s", Figures.Age(now.AddSeconds(90).ToTimestamp(), now));
    }

    [Theory]
    [InlineData(0.0, "0 KiB")]
    [InlineData(512.0 * 1024, "512 KiB")]
    [InlineData(1024.0 * 1024, "1 MiB")]
    [InlineData(700.0 * 1024 * 1024, "700 MiB")]
    [InlineData(1024.0 * 1024 * 1024, "1.0 GiB")]
    [InlineData(2.5 * 1024 * 1024 * 1024, "2.5 GiB")]
    public void Bytes_are_shown_in_binary_units(double bytes, string expected) =>
        Assert.Equal(expected, Figures.Bytes(bytes));

    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(19.96, "20.0")]
    [InlineData(99.94, "99.9")]
    [InlineData(100.0, "100")]
    [InlineData(1234.4, "1234")]
    public void Rates_above_a_hundred_need_no_fraction(double perSecond, string expected) =>
        Assert.Equal(expected, Figures.Rate(perSecond));

    [Fact]
    public void Cores_and_ratios_keep_two_and_three_decimals()
    {
        Assert.Equal("0.68", Figures.Cores(0.684));
        Assert.Equal("0.905", Figures.Ratio(0.9051));
    }

    [Fact]
    public void Moments_are_in_UTC_and_sort_as_text()
    {
        var at = new DateTimeOffset(2026, 3, 7, 4, 5, 6, TimeSpan.FromHours(1)).ToTimestamp();

        Assert.Equal("2026-03-07 03:05:06", Figures.Moment(at));
        Assert.Equal("03:05:06 UTC", Figures.Clock(at));
    }

    [Fact]
    public void An_absent_figure_is_a_dash_and_never_a_zero()
    {
        string[] shown =
        [
            Figures.Latency(null), Figures.Age(null), Figures.Age(null, DateTimeOffset.UnixEpoch), Figures.Moment(null),
            Figures.Clock(null), Figures.Rate(null), Figures.Cores(null), Figures.Ratio(null), Figures.Bytes(null),
        ];

        Assert.All(shown, text => Assert.Equal("–", text));
    }
}
