using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Findings;

/// <summary>Hosts or methods by what their series have in common.</summary>
public partial class DriftGroups
{
    /// <summary>What they are: "Host" or "Method".</summary>
    [Parameter, EditorRequired]
    public required string Title { get; set; }

    /// <summary>Width of the look's bins, which tells its tables from another look's.</summary>
    [Parameter, EditorRequired]
    public required string Bins { get; set; }

    [Parameter, EditorRequired]
    public required IEnumerable<DriftGroup> Groups { get; set; }

    /// <summary>The page of one's series, by its name.</summary>
    [Parameter, EditorRequired]
    public required Func<string, string> LinkOf { get; set; }

    private IEnumerable<DriftGroup> WorstFirst =>
        Groups.OrderByDescending(g => g.State).ThenByDescending(g => g.Drifting).ThenByDescending(g => g.Ratio?.Value ?? 0).ThenBy(g => g.Name, StringComparer.Ordinal);
}
