using System.Globalization;
using Plotly.Blazor;
using Plotly.Blazor.LayoutLib;
using Plotly.Blazor.LayoutLib.XAxisLib;
using Plotly.Blazor.Traces;
using Plotly.Blazor.Traces.ScatterLib;

namespace FleetConsole.Client.Components;

/// <summary>How charts look: lines, axes, marks.</summary>
internal static class ChartLook
{
    private const double SecondsPerHour = 3600;
    private const string DarkInk = "#9aa5b5";
    private const string LightInk = "#56606f";

    private static readonly double[] LogTicks =
        [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

    public static Config Config { get; } = new() { Responsive = true, DisplayLogo = false };

    public static ITrace Line(ChartTrace trace, string? quantity) => new Scatter
    {
        Name = trace.Name,
        LegendGroup = trace.Group,
        ShowLegend = trace.Current,
        Mode = ModeFlag.Lines,
        ConnectGaps = false,
        Opacity = trace.Current ? 1m : 0.55m,
        Line = new Line { Color = trace.Color, Width = trace.Current ? 2.2m : 1.1m, Dash = trace.Dash },
        HoverTemplate = $"%{{y:.3~s}}{(quantity is null ? "s" : "")}<extra>%{{fullData.name}}</extra>",
    };

    public static Plotly.Blazor.Layout Layout(ChartAxis axis, TimeSpan? maxAge, string? quantity, bool logScale, bool dark, IReadOnlyList<ChartMark> marks)
    {
        var ink = dark ? DarkInk : LightInk;
        var grid = dark ? "#232a35" : "#e6e9ee";
        return new()
        {
            PaperBgColor = "rgba(0,0,0,0)",
            PlotBgColor = "rgba(0,0,0,0)",
            Font = new() { Color = ink, Family = "system-ui, sans-serif", Size = 12 },
            Margin = new() { L = 74, R = 12, T = 24, B = 44 },
            HoverMode = HoverModeEnum.Closest,
            UiRevision = $"{axis}/{maxAge}/{logScale}",
            ShowLegend = true,
            Legend = [new() { Orientation = Plotly.Blazor.LayoutLib.LegendLib.OrientationEnum.H, Y = 1.08m, X = 0 }],
            XAxis = [axis == ChartAxis.Age ? Age(maxAge, grid) : Time(grid)],
            YAxis = [quantity is null ? Latency(logScale, grid) : Plain(quantity, grid)],
            Shapes = [.. marks.Select(mark => Upright(Place(mark, axis), ink))],
            Annotations = [.. marks.Select(mark => Word(Place(mark, axis), mark.Text, ink))],
        };
    }

    private static XAxis Time(string grid) => new() { Title = new() { Text = "Time (UTC)" }, Type = TypeEnum.Date, GridColor = grid };

    private static XAxis Age(TimeSpan? maxAge, string grid)
    {
        var axis = new XAxis { Title = new() { Text = "Process age (hours)" }, Type = TypeEnum.Linear, RangeMode = RangeModeEnum.NonNegative, GridColor = grid, ZeroLineColor = grid };
        if (maxAge is { } most)
            axis.Range = [0, most.TotalHours];
        return axis;
    }

    private static YAxis Latency(bool logScale, string grid)
    {
        var axis = new YAxis { Title = new() { Text = "Latency" }, GridColor = grid, ZeroLineColor = grid };
        if (!logScale)
        {
            axis.RangeMode = Plotly.Blazor.LayoutLib.YAxisLib.RangeModeEnum.ToZero;
            axis.TickFormat = "~s";
            axis.TickSuffix = "s";
            return axis;
        }

        // Plotly's own ticks between decades run into each other on a range of four decades.
        axis.Type = Plotly.Blazor.LayoutLib.YAxisLib.TypeEnum.Log;
        axis.TickMode = Plotly.Blazor.LayoutLib.YAxisLib.TickModeEnum.Array;
        axis.TickVals = [.. LogTicks.Cast<object>()];
        axis.TickText = [.. LogTicks.Select(seconds => Figures.Tick(seconds)).Cast<object>()];
        return axis;
    }

    private static YAxis Plain(string quantity, string grid) => new()
    {
        Title = new() { Text = quantity },
        GridColor = grid,
        ZeroLineColor = grid,

        // Six digits at most, so that the ticks of what hardly moves are not all the same.
        TickFormat = "~s",
    };

    private static Shape Upright(string x, string ink) => new()
    {
        Type = Plotly.Blazor.LayoutLib.ShapeLib.TypeEnum.Line,
        XRef = "x",
        YRef = "paper",
        X0 = x,
        X1 = x,
        Y0 = 0,
        Y1 = 1,
        Line = new() { Color = ink, Width = 1, Dash = "dot" },
    };

    private static Annotation Word(string x, string text, string ink) => new()
    {
        XRef = "x",
        YRef = "paper",
        X = x,
        Y = 1,
        Text = System.Net.WebUtility.HtmlEncode(text),
        ShowArrow = false,
        XAnchor = Plotly.Blazor.LayoutLib.AnnotationLib.XAnchorEnum.Left,
        YAnchor = Plotly.Blazor.LayoutLib.AnnotationLib.YAnchorEnum.Top,
        Font = new() { Color = ink, Size = 11 },
    };

    // Plotly reads either as text.
    private static string Place(ChartMark mark, ChartAxis axis) => axis == ChartAxis.Age
        ? (mark.Seconds / SecondsPerHour).ToString(CultureInfo.InvariantCulture)
        : DateTimeOffset.FromUnixTimeMilliseconds((long)(mark.Seconds * 1000)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
