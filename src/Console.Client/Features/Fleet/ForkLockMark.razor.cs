using FleetConsole.Client.Components;
using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Fleet;

/// <summary>A host's fork utilisation, and how long until it locks up where that is in sight.</summary>
public partial class ForkLockMark
{
    // Half the lock's time is where waiting for it doubles (M/D/1); a tenth more and a busy minute can tip it.
    private const double High = 0.5;
    private const double Soon = 3600;
    private const double InSight = 7 * 86400;

    [Parameter, EditorRequired]
    public required HostSummary Host { get; set; }

    private LockupView? Lockup => Host.Lockup;

    // The last minute's where it is measured; the trend's end else.
    private double? Utilisation => Host.HasForkUtilisation ? Host.ForkUtilisation : Lockup is { HasUtilisation: true } known ? known.Utilisation : null;

    private string? Left => Lockup is { HasSecondsToLockup: true, SecondsToLockup: < InSight } soon and not { State: LockupState.LockedUp }
        ? soon.SecondsToLockup < 1 ? "moments" : Figures.Span(TimeSpan.FromSeconds(soon.SecondsToLockup))
        : null;

    private string Tone => Lockup is { State: LockupState.LockedUp } || Utilisation >= High ? "bad"
        : Lockup is { HasSecondsToLockup: true, SecondsToLockup: < Soon } ? "warn"
        : "";
}
