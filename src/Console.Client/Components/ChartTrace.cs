namespace FleetConsole.Client.Components;

/// <summary>One line of a chart.</summary>
/// <param name="Name">As the legend and the hover box show it.</param>
/// <param name="Group">Lines of one group are shown and hidden together; the group has one entry in the legend.</param>
/// <param name="Current">Drawn in full; others are drawn faintly, behind it.</param>
/// <param name="Color">CSS colour.</param>
/// <param name="Dash">Plotly's dash name: solid, dot, dash, longdash, dashdot.</param>
/// <param name="X">Unix seconds as little-endian float64.</param>
/// <param name="Y">As many values as X, NaN for a gap.</param>
/// <param name="Origin">Unix seconds that are 0 on an age axis.</param>
public sealed record ChartTrace(
    string Name, string Group, bool Current, string Color, string Dash, ReadOnlyMemory<byte> X, ReadOnlyMemory<byte> Y, double Origin);

/// <summary>A vertical line with a word on it.</summary>
/// <param name="Seconds">Unix seconds on a time axis, seconds of age on an age axis.</param>
public sealed record ChartMark(double Seconds, string Text);

/// <summary>What x means.</summary>
public enum ChartAxis
{
    /// <summary>Hours since the process started.</summary>
    Age,

    /// <summary>Wall-clock time, UTC.</summary>
    Time,
}
