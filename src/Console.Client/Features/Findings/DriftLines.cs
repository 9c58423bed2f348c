using System.Globalization;
using FleetConsole.Client.Components;
using FleetConsole.Contracts.V1;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Client.Features.Findings;

/// <summary>A finding's numbers as lines over process age.</summary>
public static class DriftLines
{
    private const string FitOnLight = "#b3261e";
    private const string FitOnDark = "#ff8a80";
    private static readonly string[] OnLight = ["#0072b2", "#009e73", "#c77f00", "#7a5bb0", "#3a9bdc", "#b8558b"];
    private static readonly string[] OnDark = ["#4aa8f0", "#34d3a0", "#f0b13c", "#b9a0f5", "#9ad8ff", "#f09cc8"];

    /// <summary>Each process measured, and the fit with its band.</summary>
    public static IReadOnlyList<ChartTrace> Of(DriftDetail drift, bool dark)
    {
        var fit = dark ? FitOnDark : FitOnLight;
        var colors = dark ? OnDark : OnLight;
        var versions = drift.Curves.Select(c => c.Version).Distinct().ToList();
        return
        [
            .. drift.Curves.Select((curve, i) => new ChartTrace(
                Name(curve.Version, curve.StartedAt), curve.Version, i == drift.Curves.Count - 1 || drift.Curves[i + 1].Version != curve.Version,
                colors[versions.IndexOf(curve.Version) % colors.Length], "solid", curve.Age.Memory, curve.Seconds.Memory, 0)),
            new("fitted", "fitted", true, fit, "solid", drift.FitAge.Memory, drift.Fit.Memory, 0),
            new("95 % band", "band", true, fit, "dot", drift.FitAge.Memory, drift.FitHigh.Memory, 0),
            new("95 % band", "band", false, fit, "dot", drift.FitAge.Memory, drift.FitLow.Memory, 0),
        ];
    }

    /// <summary>One metric of the shown host, a line a process.</summary>
    public static IReadOnlyList<ChartTrace> Of(IReadOnlyList<MetricCurve> curves, bool dark)
    {
        var colors = dark ? OnDark : OnLight;
        var versions = curves.Select(c => c.Version).Distinct().ToList();
        return
        [
            .. curves.Select((curve, i) => new ChartTrace(
                Name(curve.Version, curve.StartedAt), curve.Version, i == curves.Count - 1 || curves[i + 1].Version != curve.Version,
                colors[versions.IndexOf(curve.Version) % colors.Length], "solid", curve.Age.Memory, curve.Values.Memory, 0)),
        ];
    }

    private static string Name(string version, Timestamp startedAt) =>
        $"{version} · {startedAt.ToDateTimeOffset().ToString("MM-dd HH:mm", CultureInfo.InvariantCulture)}";
}
