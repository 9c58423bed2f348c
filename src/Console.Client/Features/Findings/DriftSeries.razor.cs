using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Findings;

/// <summary>Series with what is known of them.</summary>
public partial class DriftSeries
{
    [Parameter, EditorRequired]
    public required double BinSeconds { get; set; }

    [Parameter, EditorRequired]
    public required IEnumerable<SeriesVerdict> Series { get; set; }
}
