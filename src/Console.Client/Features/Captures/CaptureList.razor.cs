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

    /// <summary>Of several hosts, so each names its own.</summary>
    [Parameter]
    public bool WithHost { get; set; }

    /// <summary>Those that are ticked; null where nothing can be.</summary>
    [Parameter]
    public IReadOnlySet<long>? Chosen { get; set; }

    /// <summary>One is ticked, or no longer.</summary>
    [Parameter]
    public EventCallback<long> Choice { get; set; }

    [Parameter]
    public string Nothing { get; set; } = "No profile has been taken of this host.";
}
