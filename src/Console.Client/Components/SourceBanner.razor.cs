using FleetConsole.Contracts.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Components;

/// <summary>Says which sources do not answer, since when, and what to do. Silent while all do.</summary>
public partial class SourceBanner(TimeProvider time)
{
    [Parameter, EditorRequired]
    public required IEnumerable<SourceStatus> Sources { get; set; }

    /// <summary>When Prometheus last answered.</summary>
    [Parameter]
    public Timestamp? MetricsAsOf { get; set; }

    private IReadOnlyList<SourceStatus> Down { get; set; } = [];

    protected override void OnParametersSet() => Down = [.. Sources.Where(source => source.State == SourceState.Down)];

    private static string NameOf(SourceStatus source) => source.Kind switch
    {
        SourceKind.Prometheus => "Prometheus",
        SourceKind.GitRpc => $"The Git RPC server of {source.Name}",
        _ => $"The agent of {source.Name}",
    };
}
