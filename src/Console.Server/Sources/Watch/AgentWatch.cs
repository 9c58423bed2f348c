using System.Collections.Concurrent;
using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources.Agents;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Sources.Watch;

/// <summary>What a host's agent last said.</summary>
internal sealed record AgentAnswer(UnitStatus Status, DateTimeOffset AskedAt);

/// <summary>Asks every agent for its unit's status, so that a dead agent is known before somebody needs it.</summary>
internal sealed partial class AgentWatch(
    AgentClients agents, Rounds rounds, PrometheusWatch fleet, HostMap map, SourceBoard board, IOptions<AgentOptions> options, TimeProvider time, ILogger<AgentWatch> logger)
    : BackgroundService
{
    private const int AtOnce = 32;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, AgentAnswer> _answers = new(StringComparer.Ordinal);
    private DateTimeOffset _due = DateTimeOffset.MinValue;

    public AgentAnswer? Find(string host) => _answers.GetValueOrDefault(host);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (agents.Problem.Length > 0)
            NotConfigured(logger, agents.Problem);
        else
            await rounds.RunAsync("agent", Pace, LookAsync, stoppingToken);
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var hosts = fleet.Current.Hosts;
        if (time.GetUtcNow() < _due || hosts.Count == 0)
            return;
        _due = time.GetUtcNow() + TimeSpan.FromSeconds(options.Value.PollSeconds);
        await Parallel.ForEachAsync(hosts.Keys, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, AskAsync);
        board.Keep(SourceKind.Agent, [.. hosts.Keys]);
        foreach (var gone in _answers.Keys.Except(hosts.Keys))
            _answers.TryRemove(gone, out _);
    }

    private async ValueTask AskAsync(string host, CancellationToken cancellationToken)
    {
        var faces = map.Find(host);
        if (faces.Agent is null)
            return;
        try
        {
            _answers[host] = new(await agents.GetStatusAsync(faces.Agent, faces.Unit, cancellationToken), time.GetUtcNow());
            if (board.Up(SourceKind.Agent, host))
                Turned(logger, host, "answers");
        }
        catch (AgentException e)
        {
            if (board.Down(SourceKind.Agent, host, e.Message))
                Turned(logger, host, e.Message);
        }
    }

    [LoggerMessage(120, LogLevel.Information, "Agent of {Host}: {State}")]
    private static partial void Turned(ILogger logger, string host, string state);

    [LoggerMessage(121, LogLevel.Warning, "{Problem} Commands are refused.")]
    private static partial void NotConfigured(ILogger logger, string problem);
}
