using System.Text;
using FleetConsole.Analysis.Drift;
using FleetConsole.Server.Features.Findings;
using Prometheus;
using static FleetConsole.Server.Tests.Features.Findings.SomeDrifts;

namespace FleetConsole.Server.Tests.Features.Findings;

/// <summary>What alerts are made of. The registry is the process's: each test has a width of bin that nobody else has.</summary>
public sealed class DriftMetricsTests
{
    private readonly DriftMetrics _metrics = new();

    [Fact]
    public async Task A_series_that_drifts_or_is_suspected_has_a_state_and_a_ratio_under_its_host_and_method()
    {
        _metrics.Show(Look(Bins(7), Drifts("a", "fork time"), Suspected("b", "fork time"), Steady("c"), TooYoung("d")));

        Assert.Equal(
            [
                "fleetconsole_drift_ratio{host=\"a\",method=\"m\",bin_seconds=\"7\"} 2",
                "fleetconsole_drift_ratio{host=\"b\",method=\"m\",bin_seconds=\"7\"} 2",
                "fleetconsole_drift_state{host=\"a\",method=\"m\",bin_seconds=\"7\"} 4",
                "fleetconsole_drift_state{host=\"b\",method=\"m\",bin_seconds=\"7\"} 3",
            ],
            await SeriesAsync(7));
    }

    [Fact]
    public async Task What_the_next_look_does_not_have_is_removed_and_what_another_width_has_stays()
    {
        _metrics.Show(Look(Bins(11), Drifts("a", "fork time"), Apart(Drifts("b", "fork time"))));
        _metrics.Show(Look(Bins(13), Drifts("b", "fork time")));
        _metrics.Show(Look(Bins(11), Drifts("a", "fork time"), Steady("b")));

        Assert.Equal(
            [
                "fleetconsole_drift_ratio{host=\"a\",method=\"m\",bin_seconds=\"11\"} 2",
                "fleetconsole_drift_state{host=\"a\",method=\"m\",bin_seconds=\"11\"} 4",
            ],
            await SeriesAsync(11));
        Assert.Equal(2, (await SeriesAsync(13)).Count);

        _metrics.Show(Look(Bins(11)));
        Assert.Empty(await SeriesAsync(11));
    }

    [Fact]
    public async Task A_series_outside_the_others_band_is_told_though_it_is_steady_and_until_it_is_back()
    {
        _metrics.Show(Look(Bins(17), Apart(Steady("a")), Steady("b")));
        Assert.Equal(["fleetconsole_against_fleet_ratio{host=\"a\",method=\"m\",bin_seconds=\"17\"} 3"], await SeriesAsync(17));

        _metrics.Show(Look(Bins(17), Steady("a"), Steady("b")));
        Assert.Empty(await SeriesAsync(17));
    }

    private static SeriesVerdict Apart(SeriesVerdict series) => series with { OutsideBand = new(3, 2, 4) };

    private static DriftOptions Bins(int seconds) => new() { Bins = new() { Width = TimeSpan.FromSeconds(seconds) } };

    // In the text of the metrics listener; the fleet's own have no host.
    private static async Task<List<string>> SeriesAsync(int binSeconds)
    {
        using var text = new MemoryStream();
        await Metrics.DefaultRegistry.CollectAndExportAsTextAsync(text, TestContext.Current.CancellationToken);
        return
        [
            .. Encoding.UTF8.GetString(text.ToArray()).Split('\n')
                .Where(line => line.Contains("{host=", StringComparison.Ordinal) && line.Contains($",bin_seconds=\"{binSeconds}\"", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
    }
}
