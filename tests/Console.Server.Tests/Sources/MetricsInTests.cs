using FleetConsole.Server.Sources.Metrics;

namespace FleetConsole.Server.Tests.Sources;

public sealed class MetricsInTests
{
    [Theory]
    [InlineData("up", "up")]
    [InlineData("sum by (instance, le) (rate(a_total{job=\"x, y{z}\", le!~'b'}[5m] offset 1h)) > bool 1e3", "a_total")]
    [InlineData("a:b:rate5m / on (instance) group_left (version) c unless d", "a:b:rate5m c d")]
    [InlineData("label_replace(max by(host) (a), \"instance\", \"$1\", \"host\", \"(.*)\") AND on(instance) (time() - b >= 60)", "a b")]
    [InlineData("quantile_over_time(0.9, a[1h:5m] @ end()) or vector(inf) # c", "a")]
    [InlineData("{__name__=~\"a|b\"}", "")]
    [InlineData("sum(a) without (b) + a", "a")]
    public void Metrics_are_told_from_functions_labels_and_texts(string expression, string metrics) =>
        Assert.Equal(metrics, string.Join(' ', MetricsIn.Of(expression)));
}
