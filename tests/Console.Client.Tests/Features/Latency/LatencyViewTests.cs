using System.Web;
using FleetConsole.Client.Components;
using FleetConsole.Client.Features.Latency;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Client.Tests.Features.Latency;

public sealed class LatencyViewTests
{
    [Fact]
    public void Every_field_survives_the_address()
    {
        var view = new LatencyView
        {
            Hosts = ["git-01:9236", "git-02:9236"],
            Methods = ["gitaly.RefService/RefExists", "gitaly.SmartHTTPService/PostUploadPack"],
            Quantile = 0.999,
            Axis = ChartAxis.Time,
            LogScale = false,
            Range = "30d",
            Age = "6h",
            Captured = new(2026, 11, 24, 4, 12, 30, TimeSpan.Zero),
            Until = new(2026, 11, 25, 4, 12, 30, TimeSpan.Zero),
        };

        AssertSame(view, Read(Routes.LatencyOf(view)));
    }

    [Theory]
    [InlineData("a&b=c")]
    [InlineData("a/b/c")]
    [InlineData("a+b c")]
    [InlineData("50%25?#frag")]
    [InlineData("Gänse-füßchen-ホスト")]
    public void Names_with_signs_of_addresses_survive_the_address(string name)
    {
        var view = new LatencyView { Hosts = [name], Methods = [name + "/" + name] };

        AssertSame(view, Read(Routes.LatencyOf(view)));
    }

    [Fact]
    public void What_has_its_default_is_left_out_of_the_address()
    {
        Assert.Equal("/latency", Routes.LatencyOf(new()));
        Assert.Equal("/latency?range=7d", Routes.LatencyOf(new() { Range = "7d" }));
        Assert.Equal("/latency?host=git-01&q=0.5", Routes.LatencyOf(new() { Hosts = ["git-01"], Quantile = 0.5 }));
        Assert.Equal("/latency?axis=time&scale=linear", Routes.LatencyOf(new() { Axis = ChartAxis.Time, LogScale = false }));
    }

    [Theory]
    [InlineData("q", "1")]
    [InlineData("q", "0")]
    [InlineData("q", "-0.5")]
    [InlineData("q", "NaN")]
    [InlineData("q", "0,5")]
    [InlineData("q", "p99")]
    [InlineData("axis", "sideways")]
    [InlineData("scale", "LINEAR?")]
    [InlineData("range", "3w")]
    [InlineData("range", "-1h")]
    [InlineData("range", "")]
    [InlineData("age", "7d")]
    [InlineData("captured", "yesterday")]
    [InlineData("until", "0001-01-01T00:00:00Z")]
    [InlineData("nothing", "known")]
    public void What_is_not_understood_keeps_its_default(string key, string value) =>
        AssertSame(new(), Read($"/latency?{key}={Uri.EscapeDataString(value)}"));

    [Theory]
    [InlineData("15m", 15)]
    [InlineData("24h", 1440)]
    [InlineData("7d", 10080)]
    public void A_request_ends_now_and_starts_a_range_earlier(string range, int minutes)
    {
        var now = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
        var view = new LatencyView { Hosts = ["git-01"], Methods = ["s/m", "s/n"], Quantile = 0.95, Range = range };

        var request = view.ToRequest(now);

        Assert.Equal(["git-01"], request.Hosts);
        Assert.Equal(["s/m", "s/n"], request.Methods);
        Assert.Equal(0.95, request.Quantile);
        Assert.Equal(now.AddMinutes(-minutes).ToTimestamp(), request.From);
        Assert.Equal(now.ToTimestamp(), request.To);
    }

    [Theory]
    [InlineData(5, "15m", "15m")]
    [InlineData(55, "6h", "6h")]
    [InlineData(3 * 24 * 60, "7d", "all")]
    [InlineData(90 * 24 * 60, "30d", "all")]
    public void Around_a_capture_is_the_life_of_its_process_and_a_little_after(int minutesOld, string range, string age)
    {
        var captured = new DateTimeOffset(2026, 8, 24, 12, 0, 0, TimeSpan.Zero);

        var view = LatencyView.Around("git-01", captured.AddMinutes(-minutesOld), captured);

        var asked = view.ToRequest(captured.AddDays(40));
        Assert.Equal((range, age, captured), (view.Range, view.Age, view.Captured));
        Assert.InRange(captured, asked.To.ToDateTimeOffset() - (0.11 * LatencyView.Ranges[range]), asked.To.ToDateTimeOffset().AddSeconds(-1));
        if (range != "30d")
            Assert.True(asked.From.ToDateTimeOffset() < captured.AddMinutes(-minutesOld));

        // What is yet to come is not asked for.
        Assert.Equal(captured.ToTimestamp(), view.ToRequest(captured).To);
    }

    private static LatencyView Read(string address)
    {
        var query = HttpUtility.ParseQueryString(address.Contains('?') ? address[address.IndexOf('?')..] : "");
        return LatencyView.From(query.GetValues("host"), query.GetValues("method"), query["q"], query["axis"], query["scale"], query["range"], query["age"], query["captured"], query["until"]);
    }

    private static void AssertSame(LatencyView expected, LatencyView actual)
    {
        Assert.Equal(expected.Hosts, actual.Hosts);
        Assert.Equal(expected.Methods, actual.Methods);
        Assert.Equal(expected with { Hosts = [], Methods = [] }, actual with { Hosts = [], Methods = [] });
    }
}
