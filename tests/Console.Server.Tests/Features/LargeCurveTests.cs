using FleetConsole.Server.Tests.Harness;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Server.Tests.Features;

/// <summary>A day of a fleet has more bytes than a cache takes by itself.</summary>
public sealed class LargeCurveTests(QuietConsole fixture) : IClassFixture<QuietConsole>
{
    private const int Hosts = 60;

    [Fact]
    public async Task A_day_of_sixty_hosts_is_asked_of_Prometheus_once()
    {
        for (var i = 0; i < Hosts; i++)
            fixture.Prometheus.Run($"many-{i}", FakePrometheus.Now - (30 * 3600));
        var to = TimeProvider.System.GetUtcNow().AddMinutes(-10);
        var viewer = await fixture.AsAsync("viewer");
        var before = fixture.Prometheus.Count("histogram_quantile(0.75");

        for (var i = 0; i < 2; i++)
        {
            var reply = await Session.Ask(o => viewer.Latency.GetCurvesAsync(new() { Quantile = 0.75, From = to.AddDays(-1).ToTimestamp(), To = to.ToTimestamp() }, o));
            Assert.True(reply.CalculateSize() > 1 << 20, $"{reply.CalculateSize()} bytes");
        }

        Assert.Equal(1, fixture.Prometheus.Count("histogram_quantile(0.75") - before);
    }
}
