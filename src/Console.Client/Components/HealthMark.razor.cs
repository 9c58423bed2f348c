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

    /// <summary>Why the forking probe failed; a server that serves and fails it is in doubt.</summary>
    [Parameter]
    public string ProbeMessage { get; set; } = "";

    /// <summary>The host is locked up: whatever its health check says, nothing gets done on it.</summary>
    [Parameter]
    public bool LockedUp { get; set; }

    private string Title => ProbeMessage.Length > 0 ? $"{Detail} The probe: {ProbeMessage}" : Detail;

    private string Text => State switch
    {
        _ when LockedUp => "locked up",
        HealthState.Serving when ProbeMessage.Length > 0 => "serving, but its probe fails",
        HealthState.Serving => "serving",
        HealthState.NotServing => "not serving",
        HealthState.Unreachable => "unreachable",
        HealthState.Unmapped => "not mapped",
        _ => "not asked yet",
    };

    private string Tone => State switch
    {
        _ when LockedUp => "wrong",
        HealthState.Serving when ProbeMessage.Length > 0 => "doubtful",
        HealthState.Serving => "good",
        HealthState.NotServing or HealthState.Unreachable => "wrong",
        _ => "unknown",
    };
}
