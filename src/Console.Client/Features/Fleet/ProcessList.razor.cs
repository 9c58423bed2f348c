using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Fleet;

/// <summary>A host's processes, latest first.</summary>
public partial class ProcessList
{
    [Parameter, EditorRequired]
    public required IReadOnlyList<ProcessIncarnation> Processes { get; set; }
}
