using System.ComponentModel;
using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Agents;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Sources.Watch;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Features.Fleet;

/// <summary>The fleet from what the watches last saw; only a host's past processes are asked of Prometheus.</summary>
internal sealed class FleetFeature(
    PrometheusWatch fleet, GitRpcWatch gitRpc, AgentWatch agents, LockupWatch lockups, AgentClients agentClients, SourceBoard board, HostMap map,
    IncarnationReader incarnations, HybridCache cache, IOptions<WatchOptions> watch, IOptions<PrometheusOptions> prometheus, TimeProvider time)
    : IFleetApi
{
    // Prometheus returns at most 11,000 points a series; well under it, and fine enough for a list of restarts.
    private const int HistoryPoints = 5000;

    // The newest restarts must show at once, however long the look-back: its last stretch is asked for finely.
    private static readonly TimeSpan Recent = TimeSpan.FromHours(1);

    public Task<FleetReply> GetFleetAsync(CancellationToken cancellationToken)
    {
        var snapshot = fleet.Current;
        var reply = new FleetReply
        {
            MetricsAsOf = snapshot.AsOf?.ToTimestamp(),
            MetricsStale = fleet.Stale,
            Hosts = { snapshot.Hosts.Values.OrderBy(h => h.Host, StringComparer.Ordinal).Select(Summary) },
            Sources = { board.All.Select(FleetMessages.Of) },
            Methods = { snapshot.Methods },
        };
        return Task.FromResult(reply);
    }

    public async Task<HostReply> GetHostAsync(string host, CancellationToken cancellationToken)
    {
        var snapshot = fleet.Current;
        if (!snapshot.Hosts.TryGetValue(host, out var metrics))
        {
            throw snapshot.AsOf is null
                ? new ApiException(StatusCode.Unavailable, "Prometheus has not answered yet, so no host is known.")
                : new ApiException(StatusCode.NotFound, $"Prometheus has shown no host \"{host}\" in the last {watch.Value.LookBackDays} days.");
        }

        var reply = new HostReply
        {
            Summary = Summary(metrics),
            MetricsAsOf = snapshot.AsOf?.ToTimestamp(),
            MetricsStale = fleet.Stale,
            Sources = { board.All.Where(s => s.Kind == SourceKind.Prometheus || s.Name == host).Select(FleetMessages.Of) },
            ServerInfo = gitRpc.Find(host) is { } answers ? FleetMessages.Of(answers) : null,
            Agent = agents.Find(host) is { } agent ? FleetMessages.Of(agent) : null,
        };
        reply.Incarnations.AddRange(await IncarnationsAsync(host, cancellationToken));
        return reply;
    }

    private HostSummary Summary(HostMetrics metrics)
    {
        var faces = map.Find(metrics.Host);
        var summary = FleetMessages.Of(metrics, gitRpc.Find(metrics.Host), faces.GitRpcProblem,
            string.Join(' ', new[] { faces.AgentProblem, agentClients.Problem }.Where(p => p.Length > 0)));
        summary.Lockup = LockupMessages.Of(lockups.Find(metrics.Host));
        return summary;
    }

    private async Task<IEnumerable<ProcessIncarnation>> IncarnationsAsync(string host, CancellationToken cancellationToken)
    {
        // Waiting for a source that is known to be down would keep the rest of the host from whoever needs it now.
        if (board.Find(SourceKind.Prometheus, PrometheusWatch.Name) is { Up: false })
            return [];
        try
        {
            var found = await cache.GetOrCreateAsync($"incarnations/{host}", async cancel => new Past(await ReadAsync(host, cancel)),
                new HybridCacheEntryOptions { Expiration = TimeSpan.FromSeconds(prometheus.Value.PollSeconds) }, cancellationToken: cancellationToken);
            return found.Processes;
        }
        catch (PrometheusException)
        {
            // The page says through the sources that Prometheus is down; the rest of the host is still worth showing.
            return [];
        }
    }

    private async Task<IReadOnlyList<ProcessIncarnation>> ReadAsync(string host, CancellationToken cancellationToken)
    {
        var to = time.GetUtcNow();
        var from = to - TimeSpan.FromDays(watch.Value.LookBackDays);
        var coarse = TimeSpan.FromSeconds(Math.Ceiling((to - from).TotalSeconds / HistoryPoints));
        var fine = TimeSpan.FromSeconds(Math.Clamp(prometheus.Value.PollSeconds, 1, 15));
        var found = await incarnations.ReadAsync([host], from, to - Recent, coarse, fine, to, cancellationToken);
        return !found.TryGetValue(host, out var processes)
            ? []
            : [.. processes.Reverse().Select((p, i) => FleetMessages.Of(p, running: i == 0 && to.ToUnixTimeSeconds() - p.LastSeenAt < 60))];
    }

    [ImmutableObject(true)]
    private sealed record Past(IReadOnlyList<ProcessIncarnation> Processes);
}
