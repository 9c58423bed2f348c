using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Captures;

/// <summary>Profiles of a host, latest first.</summary>
public partial class CaptureList
{
    [Parameter, EditorRequired]
    public required IReadOnlyList<Capture> Captures { get; set; }

    [Parameter]
    public bool MayDownload { get; set; }
}
