using System.Collections.Concurrent;
using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Lockup;
using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources.Prometheus;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Sources.Watch;

/// <summary>What is known of one host's fork lock.</summary>
/// <param name="Lockup">Whether it is locked up.</param>
/// <param name="Forecast">When it will be; null before the first look, or when nothing is known of its forks.</param>
/// <param name="Estimated">The fleet exports no fork times: they are estimated from memory, spawns from requests.</param>
/// <param name="StartedAt">Start of the process that the forecast is of, Unix seconds.</param>
internal sealed record ForkLock(HostLockup Lockup, LockupForecast? Forecast, bool Estimated, double? StartedAt)
{
    public static ForkLock Unknown { get; } = new(new(), null, false, null);

    /// <summary>What of it holds for a process that started then: what was foretold of another ended with that one.</summary>
    public ForkLock Of(double? startedAt) => startedAt is { } start && StartedAt is { } known && Math.Abs(start - known) <= Incarnations.StartJitterSeconds
        ? this
        : this with { Forecast = null, StartedAt = startedAt };
}

/// <summary>
/// Looks at each poll of Prometheus whether a host is locked up, and each minute how long it has until it will be.
/// Nothing is asked of a host but, once calls pile up, whether it still forks.
/// </summary>
internal sealed partial class LockupWatch(
    PrometheusWatch fleet, GitRpcWatch gitRpc, AgentWatch agents, ForecastReader forecasts, Rounds rounds, SourceBoard board, LockupMetrics metrics,
    IOptions<PrometheusOptions> prometheus, TimeProvider time, ILogger<LockupWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ForecastPace = TimeSpan.FromMinutes(1);
    private static readonly LockupOptions Rules = new();
    private readonly ConcurrentDictionary<string, ForkLock> _hosts = new(StringComparer.Ordinal);
    private DateTimeOffset? _lookedAt;
    private DateTimeOffset _silentDue = DateTimeOffset.MinValue;
    private DateTimeOffset _forecastDue = DateTimeOffset.MinValue;

    public ForkLock Find(string host) => _hosts.GetValueOrDefault(host, ForkLock.Unknown);

    public IReadOnlyDictionary<string, ForkLock> All => _hosts;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => rounds.RunAsync("lock-up", Pace, LookAsync, stoppingToken);

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var snapshot = fleet.Current;
        var silent = board.Find(SourceKind.Prometheus, PrometheusWatch.Name) is { Up: false };
        if (snapshot.AsOf is null || (silent ? time.GetUtcNow() < _silentDue : snapshot.AsOf == _lookedAt))
            return;
        _lookedAt = snapshot.AsOf;
        _silentDue = time.GetUtcNow() + TimeSpan.FromSeconds(prometheus.Value.PollSeconds);
        foreach (var host in snapshot.Hosts.Values)
            Look(host, silent);
        foreach (var gone in _hosts.Keys.Except(snapshot.Hosts.Keys))
            _hosts.TryRemove(gone, out _);
        if (!silent && time.GetUtcNow() >= _forecastDue)
            await ForecastAsync(snapshot, cancellationToken);
        metrics.Show(_hosts);
    }

    private void Look(HostMetrics host, bool silent)
    {
        var before = Find(host.Host);
        var after = before.Lockup.Next(Observe(host, silent), Rules);
        _hosts[host.Host] = before.Of(host.StartedAt) with { Lockup = after };
        if (after.WantsProbe)
            gitRpc.AskToFork(host.Host);
        if (after.State.GetType() != before.Lockup.State.GetType())
            Turned(logger, host.Host, LockupWords.Of(after.State));
    }

    private LockupObservation Observe(HostMetrics host, bool silent)
    {
        var answers = gitRpc.Find(host.Host);
        var forking = answers?.Forking ?? (ReplyKind.NotAsked, null);
        return new(
            Unix(silent ? time.GetUtcNow() : fleet.Current.AsOf!.Value),
            silent ? MetricsState.SourceDown : host.Scraped ? MetricsState.Scraped : MetricsState.NotScraped,
            host.ScrapedStart, host.CallsStarted, host.CallsHandled,
            answers?.Health.Reply ?? ReplyKind.NotAsked, forking.Reply, forking.At is { } at ? Unix(at) : null, Runs(host.Host));
    }

    // An agent that does not answer now cannot say that the process runs now.
    private bool? Runs(string host) => board.Find(SourceKind.Agent, host) is { Up: true } && agents.Find(host) is { } answer
        ? answer.Status.State switch
        {
            UnitState.Active => true,
            UnitState.Failed or UnitState.Restarting => false,
            _ => null,
        }
        : null;

    private async Task ForecastAsync(FleetSnapshot snapshot, CancellationToken cancellationToken)
    {
        _forecastDue = time.GetUtcNow() + ForecastPace;
        try
        {
            var starts = snapshot.Hosts.Values.Where(h => h.StartedAt is not null).ToDictionary(h => h.Host, h => h.StartedAt!.Value, StringComparer.Ordinal);
            var found = await forecasts.ReadAsync(starts, time.GetUtcNow(), cancellationToken);
            foreach (var host in snapshot.Hosts.Keys)
                _hosts[host] = Find(host) with { Forecast = found.GetValueOrDefault(host), Estimated = forecasts.Estimated };
        }
        catch (PrometheusException e)
        {
            // The forecasts of a minute ago stay; that Prometheus is silent stands on every page already.
            NoForecast(logger, e.Message);
        }
    }

    private static double Unix(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / 1000.0;

    [LoggerMessage(142, LogLevel.Information, "Fork lock of {Host}: {State}")]
    private static partial void Turned(ILogger logger, string host, string state);

    [LoggerMessage(143, LogLevel.Warning, "No new forecast of lock-ups. {Message}")]
    private static partial void NoForecast(ILogger logger, string message);
}
