using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Findings;

/// <summary>A finding of drift in numbers, its proof, and what it takes to get them again.</summary>
public partial class DriftNumbers
{
    [Parameter, EditorRequired]
    public required DriftDetail Drift { get; set; }
}
