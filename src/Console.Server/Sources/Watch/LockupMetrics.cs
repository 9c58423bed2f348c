using FleetConsole.Analysis.Lockup;
using FleetConsole.Server.Hosting;

namespace FleetConsole.Server.Sources.Watch;

/// <summary>What is known of the fork locks, as the console's own metrics: alerts are made of them.</summary>
internal sealed class LockupMetrics
{
    private readonly HashSet<string> _shown = new(StringComparer.Ordinal);

    public void Show(IReadOnlyDictionary<string, ForkLock> hosts)
    {
        foreach (var (host, known) in hosts)
        {
            _shown.Add(host);
            ConsoleMetrics.LockedUp.WithLabels(host).Set(known.Lockup.State is LockupState.LockedUp ? 1 : 0);
            if (known.Forecast is { } forecast)
                ConsoleMetrics.ForkUtilisation.WithLabels(host).Set(forecast.Utilisation);
            else
                ConsoleMetrics.ForkUtilisation.RemoveLabelled(host);
            if (known.Forecast is LockupForecast.Rising rising)
                ConsoleMetrics.SecondsToLockup.WithLabels(host).Set(rising.SecondsToLockup);
            else
                ConsoleMetrics.SecondsToLockup.RemoveLabelled(host);
        }

        foreach (var gone in _shown.Except(hosts.Keys).ToList())
        {
            _shown.Remove(gone);
            ConsoleMetrics.LockedUp.RemoveLabelled(gone);
            ConsoleMetrics.ForkUtilisation.RemoveLabelled(gone);
            ConsoleMetrics.SecondsToLockup.RemoveLabelled(gone);
        }
    }
}
