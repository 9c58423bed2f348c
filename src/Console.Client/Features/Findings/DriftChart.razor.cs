using FleetConsole.Client.Components;
using FleetConsole.Client.Features.Latency;
using FleetConsole.Client.Layout;
using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Findings;

/// <summary>The finding's strongest series over process age, with the course that was fitted to it.</summary>
public sealed partial class DriftChart : IDisposable
{
    [CascadingParameter]
    public required ThemeChoice Theme { get; set; }

    [Parameter, EditorRequired]
    public required DriftDetail Drift { get; set; }

    private IReadOnlyList<ChartTrace> Traces { get; set; } = [];

    private LatencyView View => new() { Hosts = [Drift.ShownHost], Methods = [Drift.ShownMethod] };

    private string Label => $"{Drift.Quantile} of {Drift.ShownMethod} on {Drift.ShownHost} over process age, {Drift.Curves.Count} processes and the fitted course; the numbers are below";

    protected override void OnInitialized() => Theme.Switched += OnSwitched;

    protected override void OnParametersSet() => Traces = DriftLines.Of(Drift, Theme.Dark);

    public void Dispose() => Theme.Switched -= OnSwitched;

    private void OnSwitched() => _ = InvokeAsync(() =>
    {
        OnParametersSet();
        StateHasChanged();
    });
}
