using System.Runtime.InteropServices;
using Bunit;
using FleetConsole.Client.Components;
using FleetConsole.Client.Features.Latency;
using FleetConsole.Client.Tests.Harness;
using static FleetConsole.Client.Tests.Harness.SomeCurves;

namespace FleetConsole.Client.Tests.Components;

public sealed class AgeChartTests : PageTest
{
    [Theory]
    [InlineData(ChartAxis.Age, Midnight, 1 / 3600.0)]
    [InlineData(ChartAxis.Time, 0.0, 1000.0)]
    public void The_browser_gets_the_numbers_as_bytes_with_origin_and_scale_of_the_axis(ChartAxis axis, double origin, double scale)
    {
        var module = JSInterop.SetupModule("./js/age-chart.js");
        module.SetupVoid("fill", _ => true).SetVoidResult();
        var chart = Render<AgeChart>(parameters => parameters
            .Add(c => c.Traces, CurveLines.Of(TwoHosts(), dark: false)).Add(c => c.Axis, axis).Add(c => c.Label, "Latency"));

        chart.WaitForAssertion(() => Assert.NotEmpty(module.Invocations["fill"]));
        var sent = module.Invocations["fill"][0].Arguments;
        Assert.Equal(
            [
                Midnight + 60, Midnight + 7_200, 0.1, 0.4,
                Midnight + 14_460, Midnight + 18_000, 0.1, 0.15,
                Midnight + 3_660, 0.2,
            ],
            MemoryMarshal.Cast<byte, double>(Assert.IsType<byte[]>(sent[1])).ToArray());
        Assert.Equal([2, 2, 1], Assert.IsType<int[]>(sent[2]));
        Assert.Equal(origin, Assert.IsType<double[]>(sent[3])[0]);
        Assert.Equal(scale, sent[4]);
    }

    [Fact]
    public void A_chart_is_named_for_those_who_cannot_see_it()
    {
        var chart = Render<AgeChart>(parameters => parameters.Add(c => c.Traces, []).Add(c => c.Label, "Latency over process age"));

        Assert.Equal("Latency over process age", chart.Find("[role=figure]").GetAttribute("aria-label"));
    }
}
