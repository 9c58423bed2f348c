using FleetConsole.Analysis.Lockup;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources.Watch;
using LockupState = FleetConsole.Analysis.Lockup.LockupState;

namespace FleetConsole.Server.Features.Findings;

/// <summary>Turns what the watch knows of lock-ups into findings: one a host, from its begin to the end of its surge.</summary>
internal sealed class LockupFindings(LockupWatch watch, FindingLedger ledger, Rounds rounds) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    // After a crowd of calls in flight, an hour is a long time: worst first.
    private const double SeverityOfSilence = 1e6;
    private readonly Dictionary<string, LockupState> _told = new(StringComparer.Ordinal);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => rounds.RunAsync("lock-up findings", Pace, LookAsync, stoppingToken);

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var (host, known) in watch.All)
        {
            var state = known.Lockup.State;
            if (_told.TryGetValue(host, out var told) && told == state)
                continue;
            await TellAsync(host, known.Lockup, cancellationToken);
            _told[host] = state;
        }
    }

    private async Task TellAsync(string host, HostLockup lockup, CancellationToken cancellationToken)
    {
        switch (lockup.State)
        {
            case LockupState.LockedUp locked:
                await ledger.RecordAsync(Of(host, locked), cancellationToken);
                break;
            case LockupState.Clear or LockupState.NotRunning:
                await ledger.ResolveAsync(Key(host), Ending(lockup), cancellationToken);
                break;
        }
    }

    private static Finding Of(string host, LockupState.LockedUp locked) => new(
        FindingKind.Lockup, Key(host), Confirmed: true, $"{host}: {LockupWords.Of(locked)}", host, "fork lock",
        locked.Pileup?.InFlight ?? SeverityOfSilence, []);

    private static string Ending(HostLockup lockup) => lockup switch
    {
        { State: LockupState.NotRunning } => "the process ended",
        { Past: { ByRestart: true } } => "a restart of the host",
        { Past: { } past } => FormattableString.Invariant($"itself; what had piled up was worked off at up to {past.SurgePerSecond:0.#}/s"),
        _ => "it is not locked up any more",
    };

    private static string Key(string host) => $"lockup/{host}";
}
