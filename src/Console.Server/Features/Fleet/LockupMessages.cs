using FleetConsole.Analysis.Lockup;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources.Watch;
using State = FleetConsole.Analysis.Lockup.LockupState;

namespace FleetConsole.Server.Features.Fleet;

/// <summary>A host's fork lock, in the contract's words.</summary>
internal static class LockupMessages
{
    public static LockupView Of(ForkLock known)
    {
        var (state, since) = Of(known.Lockup.State);
        var view = new LockupView
        {
            State = state,
            Detail = LockupWords.Of(known.Lockup.State),
            Since = since is { } at ? FleetMessages.At(at) : null,
            Estimated = known.Estimated,
            Forecast = LockupWords.Of(known.Forecast, known.Estimated),
        };
        if (known.Forecast is { } forecast)
            view.Utilisation = forecast.Utilisation;
        if (known.Forecast is LockupForecast.Rising rising)
        {
            view.UtilisationPerHour = rising.PerHour;
            view.SecondsToLockup = rising.SecondsToLockup;
            (view.EarliestSeconds, view.LatestSeconds) = (rising.Earliest, rising.Latest);
        }

        return view;
    }

    private static (Contracts.V1.LockupState State, double? Since) Of(State state) => state switch
    {
        State.Clear => (Contracts.V1.LockupState.Clear, null),
        State.Suspected suspected => (Contracts.V1.LockupState.Suspected, suspected.Since),
        State.LockedUp locked => (Contracts.V1.LockupState.LockedUp, locked.Since),
        State.Surging surge => (Contracts.V1.LockupState.Surging, surge.EndedAt),
        State.NotRunning down => (Contracts.V1.LockupState.NotRunning, down.Since),
        _ => (Contracts.V1.LockupState.Unspecified, null),
    };
}
