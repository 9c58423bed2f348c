using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Components;

/// <summary>A health state as a coloured dot and a word; the word alone says it too.</summary>
public partial class HealthMark
{
    [Parameter, EditorRequired]
    public HealthState State { get; set; }

    [Parameter]
    public string Detail { get; set; } = "";

    private string Text => State switch
    {
        HealthState.Serving => "serving",
        HealthState.NotServing => "not serving",
        HealthState.Unreachable => "unreachable",
        HealthState.Unmapped => "not mapped",
        _ => "not asked yet",
    };

    private string Tone => State switch
    {
        HealthState.Serving => "good",
        HealthState.NotServing or HealthState.Unreachable => "wrong",
        _ => "unknown",
    };
}
