using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Deploys;

/// <summary>What the chart shows and the verdict rests on, as text.</summary>
public partial class VerdictNumbers
{
    [Parameter, EditorRequired]
    public required IReadOnlyList<LatencyVerdict> Verdicts { get; set; }
}
