using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Findings;

/// <summary>Every series of a finding.</summary>
public partial class DriftSeries
{
    [Parameter, EditorRequired]
    public required DriftDetail Drift { get; set; }
}
