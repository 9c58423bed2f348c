using FleetConsole.Client.Components;
using FleetConsole.Client.Layout;
using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Findings;

/// <summary>The metrics that move with a drift, ranked, and on the same age axis.</summary>
public partial class DriftMetrics
{
    [CascadingParameter]
    public required ThemeChoice Theme { get; set; }

    [Parameter, EditorRequired]
    public required DriftDetail Drift { get; set; }

    // One list an answer, so that a redrawn page hands the charts the same lines.
    private IReadOnlyList<(string Name, IReadOnlyList<ChartTrace> Traces)> Drawn { get; set; } = [];

    protected override void OnParametersSet() =>
        Drawn = [.. Drift.Metrics.GroupBy(m => m.Metric).Select(m => (m.Key, DriftLines.Of([.. m], Theme.Dark)))];

    private string Order(CoMovement metric) => metric.LeadBins switch
    {
        0 => "together",
        > 0 => $"{FindingWords.Bins(Drift.BinSeconds, metric.LeadBins)} before latency",
        _ => $"{FindingWords.Bins(Drift.BinSeconds, -metric.LeadBins)} after latency",
    };
}
