using System.Globalization;
using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Captures;

/// <summary>A histogram in words and bars.</summary>
public partial class DumpBars
{
    private const int Most = 12;

    [Parameter, EditorRequired]
    public required IReadOnlyList<DumpCount> Counts { get; set; }

    /// <summary>What a full bar stands for.</summary>
    [Parameter, EditorRequired]
    public required int All { get; set; }

    [Parameter, EditorRequired]
    public required string Label { get; set; }

    private string Width(DumpCount count) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * count.Count / Math.Max(1, All):0.#}%");
}
