using System.Globalization;
using System.Text;
using FleetConsole.Server.Features.Captures.Rules;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features.Captures;

/// <summary>
/// A real Prometheus with the last 40 minutes of three hosts: <c>calm</c>, <c>ill</c>, on which everything is wrong that a rule can look at, and <c>young</c>, which is as slow and
/// has just started.
/// </summary>
public sealed class IllFleet : IAsyncLifetime
{
    private const int Scrape = 15;
    private const int Past = 2400;

    // Ahead of the clock too: however long it takes until somebody asks, the last sample is young.
    private const int Ahead = 300;

    // Not itself: its own memory and goroutines are no host's.
    private readonly PrometheusProcess _prometheus = new("nobody=127.0.0.1:1");

    internal string Url => _prometheus.Url;

    public async ValueTask InitializeAsync()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(_prometheus.Data);
        await using (var promtool = new ChildProcess("promtool", ["tsdb", "create-blocks-from", "openmetrics", "-q", folder.Write("history.txt", Text()), _prometheus.Data]))
            Assert.True(await promtool.ExitAsync() == 0, string.Join('\n', promtool.Lines));
        await _prometheus.StartAsync();
    }

    public ValueTask DisposeAsync() => _prometheus.DisposeAsync();

    private static string Text()
    {
        var text = new StringBuilder();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        for (var passed = 0; passed <= Past + Ahead; passed += Scrape)
        {
            var at = now - Past + passed;
            void Add(string series, double value) => text.AppendLine(CultureInfo.InvariantCulture, $"{series} {value} {at}");
            foreach (var (host, isIll, hoursOld) in new[] { ("calm", false, 30.0), ("ill", true, 30.0), ("young", true, 0.7) })
            {
                var own = $"job=\"gitaly\",instance=\"{host}\"";
                Add($"process_start_time_seconds{{{own}}}", now - (hoursOld * 3600));
                foreach (var (le, share) in new[] { ("0.1", isIll ? 0.5 : 1), ("1", 1), ("+Inf", 1.0) })
                    Add($"grpc_server_handling_seconds_bucket{{{own},grpc_service=\"s\",grpc_method=\"m\",le=\"{le}\"}}", passed * 10 * share);
                if (host == "young")
                    continue;
                Add($"gitaly_spawn_forking_time_seconds_sum{{{own}}}", passed * (isIll ? 0.8 : 0.2));
                Add($"process_virtual_memory_bytes{{{own}}}", 1e9 + (passed * (isIll ? 2e5 : 1e3)));
                Add($"go_goroutines{{{own}}}", 100 + (passed * (isIll ? 0.5 : 0.01)));
                Add($"fleetconsole_source_up{{kind=\"gitrpc\",name=\"{host}\"}}", isIll && passed > Past - 600 ? 0 : 1);
                Add($"fleetconsole_source_up{{kind=\"agent\",name=\"{host}\"}}", 0);
                Add($"fleetconsole_against_fleet_ratio{{host=\"{host}\",method=\"s/m\"}}", isIll ? 1.8 : 1.1);
            }

            Add("fleetconsole_drift_ratio{host=\"ill\",method=\"s/m\"}", 2.5);
            Add("fleetconsole_drift_ratio{host=\"ill\",method=\"s/n\"}", 1.5);
        }

        return text.Append("# EOF\n").ToString();
    }
}

/// <summary>Every trigger, asked as the rules ask it.</summary>
public sealed class CaptureTriggerTests(IllFleet fleet) : IClassFixture<IllFleet>
{
    [Theory]
    [InlineData(CaptureTriggers.ForkUtilisation, 0.5, 0, "ill 0.8")]
    [InlineData(CaptureTriggers.VirtualMemorySlope, 5e8, 0, "ill 7.2E+08")]
    [InlineData(CaptureTriggers.GoroutinesSlope, 1000, 0, "ill 1.8E+03")]
    [InlineData(CaptureTriggers.Drift, 1, 0, "ill 2.5")]
    [InlineData(CaptureTriggers.Drift, 3, 0, "")]
    [InlineData(CaptureTriggers.LeavesFleet, 1.5, 0, "ill 1.8")]
    [InlineData(CaptureTriggers.HealthTimeouts, 0.5, 0, "ill 1")]
    [InlineData(CaptureTriggers.Latency, 0.4, 0, "ill 0.98, young 0.98")]
    [InlineData(CaptureTriggers.Latency, 0.4, 60, "ill 0.98")]
    [InlineData(CaptureTriggers.Latency, 2, 0, "")]
    public async Task A_trigger_holds_on_the_host_that_is_ill(string when, double above, double fromAgeMinutes, string holds)
    {
        var rule = new CaptureRuleOptions { Name = "a", When = when, Above = above, FromAgeMinutes = fromAgeMinutes, Take = ["profile"] };
        using var desk = new RuleDesk(fleet.Url, TimeProvider.System, rule);

        var now = await desk.Book.NowAsync(desk.Book.Rules[0], TestContext.Current.CancellationToken);

        Assert.Equal(holds, string.Join(", ", now.OrderBy(firing => firing.Host).Select(firing => string.Create(CultureInfo.InvariantCulture, $"{firing.Host} {firing.Value:G2}"))));
    }

    [Theory]
    [InlineData("no_such_metric > 1", 0, "It cannot fire: Prometheus has no metric no_such_metric now. Is the name right?", 0)]
    [InlineData("go_goroutines > 1e9", 0, "", 0)]
    [InlineData("no_such_metric or go_goroutines > 1e9", 0, "", 0)]
    [InlineData("absent(no_such_metric{instance=\"ill\"})", 0, "", 1)]
    [InlineData("sum(go_goroutines)", 0, "It cannot fire: its samples lack the label instance, which names the host. Keep it, as sum by (instance) (...) does.", 1)]
    [InlineData("sum(go_goroutines)", 10, "It cannot fire: its samples lack the label instance, which names the host. Keep it, as sum by (instance) (...) does.", 1)]
    [InlineData("sum by (instance) (go_goroutines)", 10, "", 2)]
    public async Task A_rule_says_which_of_three_it_lacks(string expression, double fromAgeMinutes, string problem, int samples)
    {
        var rule = new CaptureRuleOptions { Name = "a", When = CaptureTriggers.PromQl, Expression = expression, FromAgeMinutes = fromAgeMinutes, Take = ["profile"] };
        using var desk = new RuleDesk(fleet.Url, TimeProvider.System, rule);

        var sight = await desk.Book.SeeAsync(desk.Book.Rules[0], TestContext.Current.CancellationToken);

        Assert.Equal((problem, samples), (sight.Problem, sight.Samples));
    }
}
