using System.Globalization;
using FleetConsole.Analysis.Lockup;

namespace FleetConsole.Server.Sources.Watch;

/// <summary>A host's fork lock in one sentence each.</summary>
internal static class LockupWords
{
    public static string Of(LockupState state) => state switch
    {
        LockupState.LockedUp { Pileup: { } pileup } locked => string.Create(CultureInfo.InvariantCulture,
            $"Locked up since {Clock(locked.Since)}: {pileup.InFlight:#,0} calls in flight, {pileup.ArrivedPerSecond:0.#}/s arrive and {pileup.FinishedPerSecond:0.#}/s finish, and the call that forks gets no answer."),
        LockupState.LockedUp locked => $"Locked up since {Clock(locked.Since)}: the process runs, and accepts no connection.",
        LockupState.Suspected suspected => string.Create(CultureInfo.InvariantCulture,
            $"Calls pile up since {Clock(suspected.Since)}: {suspected.Pileup.InFlight:#,0} in flight, {suspected.Pileup.FinishedPerSecond:0.#}/s finish. Forks still answer, or are being asked."),
        LockupState.Surging surge => string.Create(CultureInfo.InvariantCulture,
            $"The lock-up since {Clock(surge.Since)} ended at {Clock(surge.EndedAt)}; what piled up is worked off at up to {surge.PeakPerSecond:0.#}/s."),
        LockupState.NotRunning down => $"Not running since {Clock(down.Since)}.",
        LockupState.CannotTell unknown => unknown.Reason,
        _ => "",
    };

    public static string Of(LockupForecast? forecast, bool estimated)
    {
        var estimate = estimated ? " Estimated from requests and resident memory: the fleet exports no fork times." : "";
        return forecast switch
        {
            LockupForecast.Rising { SecondsToLockup: 0 } => "The fork lock is held all the time, and calls wait for it." + estimate,
            LockupForecast.Rising { Utilisation: >= 1 } full =>
                $"The fork lock is held all the time: calls queue for it, and get no answer in {Span(full.SecondsToLockup)}.{estimate}",
            LockupForecast.Rising rising =>
                $"Locks up in {Span(rising.SecondsToLockup)} ({Span(rising.Earliest)} to {Span(rising.Latest)}) if fork time goes on rising and the load stays.{estimate}",
            LockupForecast.NotRising => "Fork time does not rise towards a lock-up." + estimate,
            LockupForecast.TooFewSamples few => $"Too young to tell: {few.Have} of {few.Need} samples.{estimate}",
            _ => "",
        };
    }

    private static string Span(double seconds) => TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.FromDays(99).TotalSeconds)) switch
    {
        { TotalMinutes: < 1 } span => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s"),
        { TotalHours: < 2 } span => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min"),
        { TotalDays: < 2 } span => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0} h"),
        { TotalDays: < 10 } span => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0.0} days"),
        var span => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0} days"),
    };

    private static string Clock(double unixSeconds) =>
        DateTimeOffset.FromUnixTimeSeconds((long)unixSeconds).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
