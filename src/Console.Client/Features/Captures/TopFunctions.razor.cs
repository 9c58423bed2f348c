using System.Globalization;
using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Captures;

/// <summary>The functions of a profile with their values: what the graph shows, as text.</summary>
public partial class TopFunctions
{
    private const int MostRows = 100;

    // Smaller changes are in the noise of sampling and get no colour.
    private const double LeastChange = 0.005;

    [Parameter, EditorRequired]
    public required FlameReply Reply { get; set; }

    [Parameter, EditorRequired]
    public required FlameLook Look { get; set; }

    /// <summary>The address of another look at the same profile.</summary>
    [Parameter, EditorRequired]
    public required Func<FlameLook, string> AddressOf { get; set; }

    private bool Compared => Look.Bases.Count > 0;

    private List<TopFunction> Rows { get; set; } = [];

    protected override void OnParametersSet() => Rows =
    [
        .. Reply.Top.Where(row => Look.Search.Length == 0 || Compared || row.Matches)
            .OrderByDescending(row => Math.Abs(Look.ByCumulative ? row.CumShare : row.FlatShare)).Take(MostRows),
    ];

    private string Part(double share) => Compared
        ? (share * 100).ToString("+0.00;−0.00;0.00", CultureInfo.InvariantCulture)
        : (share * 100).ToString("0.00", CultureInfo.InvariantCulture);

    private string Tone(double change) => !Compared || Math.Abs(change) < LeastChange ? "" : change > 0 ? "rise" : "fall";
}
