using FleetConsole.Client.Components;
using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Fleet;

/// <summary>A host in numbers: what Prometheus, the server itself and the agent say of it.</summary>
public partial class HostFacts
{
    [Parameter, EditorRequired]
    public required HostReply Host { get; set; }

    private HostSummary Summary => Host.Summary;

    private bool ServerSilent => Summary.Health == HealthState.Unreachable;

    private bool AgentSilent => Host.Sources.Any(source => source.Kind == SourceKind.Agent && source.State == SourceState.Down);

    private static string Probe(double? seconds, string message) => message.Length > 0 ? message : Figures.Latency(seconds);

    private static string Bad(string message) => message.Length > 0 ? "bad" : "";
}
