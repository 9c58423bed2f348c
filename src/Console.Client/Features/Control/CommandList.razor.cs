using FleetConsole.Contracts.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Control;

/// <summary>The last commands of a host and how they go.</summary>
public partial class CommandList
{
    private const int Shown = 5;

    [Parameter, EditorRequired]
    public required IReadOnlyList<CommandView> Commands { get; set; }

    /// <summary>Whether the server still works on it.</summary>
    public static bool Unfinished(CommandView command) => command.Phase is CommandPhase.Requested or CommandPhase.Running;

    private static string Done(Timestamp? at) => at is null ? "" : "done";
}
