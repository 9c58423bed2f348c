using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace FleetConsole.Client.Components;

/// <summary>What the colours of a flame graph say.</summary>
public enum FlameColor
{
    /// <summary>A function's package.</summary>
    Package,

    /// <summary>Which subtree under the root: the value of the label that the tree is grouped by.</summary>
    Branch,

    /// <summary>How a share changed: warm more, cold less.</summary>
    Change,
}

/// <summary>Boxes on a canvas. Knows no capture: whoever shows it is told which box was chosen.</summary>
public sealed partial class FlameGraph(IJSRuntime js) : IAsyncDisposable
{
    private const int RowPixels = 19;
    private IJSObjectReference? _module;
    private IJSObjectReference? _graph;
    private DotNetObjectReference<FlameGraph>? _self;
    private (Flame Flame, bool Icicle, FlameColor Color, bool Dark, bool Searching)? _drawn;

    [Parameter, EditorRequired]
    public required Flame Flame { get; set; }

    /// <summary>The root above, as icicles hang; otherwise below, as flames stand.</summary>
    [Parameter]
    public bool Icicle { get; set; }

    [Parameter]
    public FlameColor Color { get; set; }

    [Parameter]
    public bool Dark { get; set; }

    /// <summary>Boxes of functions that do not match are dimmed.</summary>
    [Parameter]
    public bool Searching { get; set; }

    /// <summary>There are no finer boxes to be had: what was chosen is zoomed here, until whoever looks wants all of it again.</summary>
    [Parameter]
    public bool KeepsZoom { get; set; }

    /// <summary>What the graph shows, for those who cannot see it.</summary>
    [Parameter, EditorRequired]
    public required string Label { get; set; }

    /// <summary>A node was chosen to fill the width.</summary>
    [Parameter]
    public EventCallback<int> OnFocus { get; set; }

    /// <summary>A function was chosen to be cut out.</summary>
    [Parameter]
    public EventCallback<string> OnFunction { get; set; }

    /// <summary>Whoever looks wants to see more again.</summary>
    [Parameter]
    public EventCallback OnUp { get; set; }

    private const string Idle = "Click a box to zoom in, Shift and click for its callers and callees.";

    private string HelpId { get; } = $"flame-{Guid.NewGuid():N}";

    private bool Interactive => _graph is not null;

    private ElementReference Canvas { get; set; }

    private ElementReference Status { get; set; }

    private ElementReference Reset { get; set; }

    // Known before the canvas is drawn, so that nothing on the page jumps.
    private string Height => $"{(Levels * RowPixels) + 2}px";

    private int Levels
    {
        get
        {
            // Boxes are ordered by depth, so the last one is the deepest.
            const int Columns = 8, Depth = 2;
            var last = Flame.Boxes.Length - ((Columns - Depth) * sizeof(double));
            return last < 0 ? 0 : (int)BitConverter.ToDouble(Flame.Boxes.Span[last..]) + 1;
        }
    }

    [JSInvokable]
    public Task FocusAsync(int node) => OnFocus.InvokeAsync(node);

    [JSInvokable]
    public Task CutOutAsync(string function) => OnFunction.InvokeAsync(function);

    [JSInvokable]
    public Task UpAsync() => OnUp.InvokeAsync();

    /// <summary>Has the browser save what is seen.</summary>
    public async Task SaveAsync(bool vector, string name)
    {
        if (_graph is not null)
            await _graph.InvokeVoidAsync(vector ? "saveSvg" : "savePng", name);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _self = DotNetObjectReference.Create(this);
            _module = await js.InvokeAsync<IJSObjectReference>("import", "./js/flame-graph.js");
            _graph = await _module.InvokeAsync<IJSObjectReference>("create", Canvas, Status, Reset, _self);
            StateHasChanged();
            return;
        }

        if (_graph is null || _drawn == (Flame, Icicle, Color, Dark, Searching))
            return;
        _drawn = (Flame, Icicle, Color, Dark, Searching);
        var names = new
        {
            frames = Flame.Frames.Select(frame => frame.Name),
            packages = Flame.Frames.Select(frame => frame.Package),
            matches = Flame.Frames.Select(frame => frame.Matches),
            values = Flame.Values,
        };
        await _graph.InvokeVoidAsync("show", Flame.Boxes.ToByteArray(), names,
            new { icicle = Icicle, dark = Dark, colour = Color.ToString().ToLowerInvariant(), searching = Searching, keepsZoom = KeepsZoom });
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_graph is not null)
            {
                await _graph.InvokeVoidAsync("dispose");
                await _graph.DisposeAsync();
            }

            if (_module is not null)
                await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and its modules with it.
        }

        _self?.Dispose();
    }
}
