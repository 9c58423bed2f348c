using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Plotly.Blazor;
using Plotly.Blazor.Interop;

namespace FleetConsole.Client.Components;

/// <summary>Latency lines over process age or over time. Knows no feature; its numbers are bytes all the way.</summary>
public sealed partial class AgeChart(IJSRuntime js) : IAsyncDisposable
{
    private const double SecondsPerHour = 3600;
    private IJSObjectReference? _module;
    private string _shape = "";
    private bool _drawn;

    [Parameter, EditorRequired]
    public required IReadOnlyList<ChartTrace> Traces { get; set; }

    [Parameter]
    public IReadOnlyList<ChartMark> Marks { get; set; } = [];

    [Parameter]
    public ChartAxis Axis { get; set; }

    /// <summary>How much of an age axis is shown; null: all of it.</summary>
    [Parameter]
    public TimeSpan? MaxAge { get; set; }

    /// <summary>What y is when it is not latency; its numbers are then plain.</summary>
    [Parameter]
    public string? Quantity { get; set; }

    [Parameter]
    public bool LogScale { get; set; }

    [Parameter]
    public bool Dark { get; set; }

    /// <summary>What the chart shows, for those who cannot see it.</summary>
    [Parameter, EditorRequired]
    public required string Label { get; set; }

    /// <summary>A point of an age axis was clicked: its line's index, and its age.</summary>
    [Parameter]
    public EventCallback<(int Trace, TimeSpan Age)> OnPoint { get; set; }

    private string Id { get; } = $"chart-{Guid.NewGuid():N}";

    private bool Interactive { get; set; }

    private PlotlyChart? Chart { get; set; }

    private Config Config { get; } = ChartLook.Config;

    private Plotly.Blazor.Layout Layout { get; set; } = new();

    private IList<ITrace> Data { get; set; } = [];

    protected override void OnParametersSet()
    {
        Layout = ChartLook.Layout(Axis, MaxAge, Quantity, LogScale, Dark, Marks);
        Data = [.. Traces.Select(trace => ChartLook.Line(trace, Quantity))];
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _module = await js.InvokeAsync<IJSObjectReference>("import", "./js/age-chart.js");
            Interactive = true;
            StateHasChanged();
            return;
        }

        if (_drawn)
            await DrawAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_module is null)
            return;
        try
        {
            await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and its modules with it.
        }
    }

    // Plotly draws lines and axes; the numbers follow. Plotly.Blazor's callback is synchronous, the renderer's queue is not.
    private void OnDrawn()
    {
        _drawn = true;
        _shape = Shape();
        _ = InvokeAsync(async () =>
        {
            await SendAsync();
            if (OnPoint.HasDelegate && Chart is not null)
                await Chart.SubscribeClickEvent();
        });
    }

    private void OnClicked(IEnumerable<EventDataPoint> points)
    {
        if (Axis == ChartAxis.Age && points.FirstOrDefault() is { } point
            && double.TryParse(Convert.ToString(point.X, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture, out var hours))
            _ = InvokeAsync(() => OnPoint.InvokeAsync((point.TraceIndex, TimeSpan.FromHours(hours))));
    }

    // While only numbers changed, the drawn lines keep their zoom and nothing flickers.
    private async Task DrawAsync()
    {
        if (Chart is null)
            return;
        if (_shape != Shape())
        {
            _shape = Shape();
            await Chart.React();
        }

        await SendAsync();
    }

    private async Task SendAsync()
    {
        if (_module is null)
            return;
        var points = new byte[Traces.Sum(trace => trace.X.Length + trace.Y.Length)];
        var at = 0;
        foreach (var trace in Traces)
        {
            trace.X.CopyTo(points.AsMemory(at));
            trace.Y.CopyTo(points.AsMemory(at + trace.X.Length));
            at += trace.X.Length + trace.Y.Length;
        }

        var age = Axis == ChartAxis.Age;
        await _module.InvokeVoidAsync("fill", Id, points,
            Traces.Select(trace => trace.X.Length / sizeof(double)).ToArray(),
            Traces.Select(trace => age ? trace.Origin : 0).ToArray(),
            age ? 1 / SecondsPerHour : 1000);
    }

    private string Shape() => string.Join('|',
        Traces.Select(trace => $"{trace.Name},{trace.Current},{trace.Color}").Append($"{Axis},{MaxAge},{Quantity},{LogScale},{Dark}").Concat(Marks.Select(mark => $"{mark.Text}@{mark.Seconds}")));
}
