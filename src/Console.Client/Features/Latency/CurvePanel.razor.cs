using FleetConsole.Client.Components;
using FleetConsole.Client.Layout;
using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Latency;

/// <summary>A chart of curves with its table behind it.</summary>
public sealed partial class CurvePanel(NavigationManager navigation) : IDisposable
{
    [CascadingParameter]
    public required ThemeChoice Theme { get; set; }

    [Parameter, EditorRequired]
    public required CurvesReply Curves { get; set; }

    [Parameter]
    public ChartAxis Axis { get; set; }

    [Parameter]
    public bool LogScale { get; set; } = true;

    /// <summary>How much of the age axis is shown; null: all of it.</summary>
    [Parameter]
    public TimeSpan? MaxAge { get; set; }

    /// <summary>When something was captured, which is marked; null: nothing was.</summary>
    [Parameter]
    public DateTimeOffset? Captured { get; set; }

    private IReadOnlyList<ChartTrace> Traces { get; set; } = [];

    private IReadOnlyList<ChartMark> Marks { get; set; } = [];

    private string Label => $"Latency over {(Axis == ChartAxis.Age ? "process age" : "time")}, {Traces.Count} processes; the numbers are in the table after it";

    protected override void OnInitialized() => Theme.Switched += OnSwitched;

    protected override void OnParametersSet()
    {
        Traces = CurveLines.Of(Curves, Theme.Dark);
        Marks = CurveLines.MarksOf(Curves, Axis, Captured);
    }

    public void Dispose() => Theme.Switched -= OnSwitched;

    private void ShowCaptures((int Trace, TimeSpan Age) point)
    {
        // In the order of the lines.
        if (Curves.Curves.OrderBy(curve => curve.Incarnation).ElementAtOrDefault(point.Trace) is { } curve)
            navigation.NavigateTo(Routes.CapturesOf(curve.Host, point.Age));
    }

    private void OnSwitched() => _ = InvokeAsync(() =>
    {
        OnParametersSet();
        StateHasChanged();
    });
}
