using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Control;

/// <summary>One rolling restart: what it does or why it stopped, its hosts by batch, and its buttons.</summary>
public partial class RolloutPanel
{
    [Parameter, EditorRequired]
    public required RolloutView Rollout { get; set; }

    /// <summary>Whether the person may resume and abort it.</summary>
    [Parameter]
    public bool MayDecide { get; set; }

    /// <summary>Somebody lets it go on.</summary>
    [Parameter]
    public EventCallback<RolloutView> Resume { get; set; }

    /// <summary>Somebody ends it.</summary>
    [Parameter]
    public EventCallback<RolloutView> Abort { get; set; }

    private static string Class(RolloutHostPhase phase) => phase switch
    {
        RolloutHostPhase.Failed => "bad",
        RolloutHostPhase.Waiting => "muted",
        _ => "",
    };
}
