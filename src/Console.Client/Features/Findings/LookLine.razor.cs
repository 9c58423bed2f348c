using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Findings;

/// <summary>What the last look for drift saw, or why there is none.</summary>
public partial class LookLine
{
    [Parameter, EditorRequired]
    public required DriftLook Look { get; set; }
}
