using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Fleet;

/// <summary>What is wrong with a host's fork lock, or why that cannot be told; nothing while all is well.</summary>
public partial class LockupNotice
{
    [Parameter, EditorRequired]
    public LockupView? Lockup { get; set; }

    private string Tone => Lockup?.State switch
    {
        LockupState.LockedUp => "wrong",
        LockupState.Suspected or LockupState.Surging => "doubtful",
        _ => "unknown",
    };
}
