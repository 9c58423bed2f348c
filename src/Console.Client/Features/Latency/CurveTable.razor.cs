using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Latency;

/// <summary>What the chart shows, as text.</summary>
public partial class CurveTable
{
    [Parameter, EditorRequired]
    public required CurvesReply Curves { get; set; }

    private IReadOnlyList<CurveRow> Rows { get; set; } = [];

    private bool WithMethods => Rows.Any(row => row.Method.Length > 0);

    protected override void OnParametersSet() => Rows = CurveLines.RowsOf(Curves);
}
