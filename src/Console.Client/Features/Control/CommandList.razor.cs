using FleetConsole.Client.Components;
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

    /// <summary>Whether the server still works on it: it holds its host.</summary>
    public static bool Unfinished(CommandView command) => command.Phase is CommandPhase.Requested or CommandPhase.Running;

    /// <summary>A phase in words: "awaiting approval".</summary>
    public static string Phase(CommandPhase phase) => phase == CommandPhase.AwaitingApproval ? "awaiting approval" : phase.ToString().ToLowerInvariant();

    private static string Standing(CommandView command) =>
        (command.Lifted.Count > 0 ? $", with {string.Join(" and ", command.Lifted)}" : "")
        + (command.Phase == CommandPhase.AwaitingApproval ? $", waits until {Figures.Clock(command.ApprovalUntil)}" : "");

    private static string Done(Timestamp? at) => at is null ? "" : "done";
}
