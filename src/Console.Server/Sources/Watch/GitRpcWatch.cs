using System.Collections.Concurrent;
using FleetConsole.Analysis.Lockup;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Sources.GitRpc;
using FleetConsole.Server.Sources.GitRpc.Wire;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Sources.Watch;

/// <summary>What a Git RPC server last answered.</summary>
/// <param name="HealthSince">When the health state was entered.</param>
internal sealed record GitRpcAnswers(HealthAnswer Health, DateTimeOffset HealthSince)
{
    public ProbeAnswer<ServerInfoResponse>? ServerInfo { get; init; }

    public ProbeAnswer<RefExistsResponse>? RefExists { get; init; }

    public DateTimeOffset? ProbedAt { get; init; }

    /// <summary>How the last call that makes the server fork ended, and when: RefExists, or ServerInfo where no repository is configured.</summary>
    public (ReplyKind Reply, DateTimeOffset? At) Forking => RefExists is { } asked ? (asked.Reply, asked.At)
        : ServerInfo is { } info ? (info.Reply, info.At) : (ReplyKind.NotAsked, null);
}

/// <summary>
/// Asks every Git RPC server for its health often, and for ServerInfo and RefExists rarely: those two make it fork.
/// </summary>
internal sealed partial class GitRpcWatch(
    GitRpcServers servers, Rounds rounds, PrometheusWatch fleet, HostMap map, SourceBoard board, ChangeBroadcast changes,
    IOptions<GitRpcOptions> options, TimeProvider time, ILogger<GitRpcWatch> logger)
    : BackgroundService
{
    private const int AtOnce = 32;

    // Before Prometheus has named the hosts there is nobody to ask, and the first look must not wait a whole period.
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, GitRpcAnswers> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _wanted = new(StringComparer.Ordinal);
    private DateTimeOffset _due = DateTimeOffset.MinValue;

    /// <summary>Has the forking call made within a second, not at the probes' own slow pace: it decides about a lock-up.</summary>
    public void AskToFork(string host) => _wanted[host] = true;

    public GitRpcAnswers? Find(string host) => _answers.GetValueOrDefault(host);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => rounds.RunAsync("git-rpc", Pace, LookAsync, stoppingToken);

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var hosts = fleet.Current.Hosts;
        // A server that is locked up keeps its probe waiting; the others' health must not wait with it.
        var forks = Parallel.ForEachAsync(_wanted.Keys, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, AskToForkAsync);
        await Task.WhenAll(forks, LookAsync(hosts, cancellationToken));
    }

    private async Task LookAsync(IReadOnlyDictionary<string, HostMetrics> hosts, CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() < _due || hosts.Count == 0)
            return;
        _due = time.GetUtcNow() + TimeSpan.FromSeconds(options.Value.HealthSeconds);
        await Parallel.ForEachAsync(hosts.Keys, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, AskAsync);
        board.Keep(SourceKind.GitRpc, [.. hosts.Keys]);
        foreach (var gone in _answers.Keys.Except(hosts.Keys))
            _answers.TryRemove(gone, out _);
        await changes.SendAsync(Changes.Fleet, cancellationToken);
    }

    private async ValueTask AskAsync(string host, CancellationToken cancellationToken)
    {
        if (map.Find(host).GitRpc is not { } address)
            return;
        var old = Find(host);
        var health = await servers.CheckHealthAsync(address, cancellationToken);
        var same = old is not null && (old.Health.Answered, old.Health.Serving) == (health.Answered, health.Serving);
        var answers = (old ?? new(health, time.GetUtcNow())) with
        {
            Health = health,
            HealthSince = same ? old!.HealthSince : time.GetUtcNow(),
        };
        _answers[host] = answers;
        if (health.Answered ? board.Up(SourceKind.GitRpc, host) : board.Down(SourceKind.GitRpc, host, health.Message))
            Turned(logger, host, health.Answered ? "answers" : health.Message);

        // A server that does not even answer its health check is not asked to fork.
        var probeAge = time.GetUtcNow() - (answers.ProbedAt ?? DateTimeOffset.MinValue);
        if (!health.Answered || probeAge < TimeSpan.FromSeconds(options.Value.ProbeSeconds))
            return;
        var asked = servers.AskRefExistsAsync(address, cancellationToken);
        var info = await servers.AskServerInfoAsync(address, cancellationToken);
        var refExists = await asked;
        _answers[host] = answers with
        {
            ServerInfo = Beside(answers, info),
            RefExists = refExists,
            ProbedAt = time.GetUtcNow(),
        };
    }

    private async ValueTask AskToForkAsync(string host, CancellationToken cancellationToken)
    {
        _wanted.TryRemove(host, out _);
        if (map.Find(host).GitRpc is not { } address || Find(host) is not { } old)
            return;
        _answers[host] = await servers.AskRefExistsAsync(address, cancellationToken) is { } refExists
            ? old with { RefExists = refExists }
            : old with { ServerInfo = Beside(old, await servers.AskServerInfoAsync(address, cancellationToken)) };
    }

    // The last good description stays beside the message that says why there is no newer one.
    private static ProbeAnswer<ServerInfoResponse> Beside(GitRpcAnswers old, ProbeAnswer<ServerInfoResponse> info) =>
        info.Answer is null && old.ServerInfo?.Answer is { } known ? info with { Answer = known } : info;

    [LoggerMessage(110, LogLevel.Information, "Git RPC server of {Host}: {State}")]
    private static partial void Turned(ILogger logger, string host, string state);
}
