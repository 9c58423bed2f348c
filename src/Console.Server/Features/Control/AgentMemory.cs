using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Server.Sources.Agents;
using FleetConsole.Server.Storage;
using Grpc.Core;

namespace FleetConsole.Server.Features.Control;

/// <summary>What an agent did by a command's id, asked until it tells: it may be starting again itself.</summary>
internal sealed class AgentMemory(AgentClients agents, TimeProvider time)
{
    private static readonly TimeSpan SilenceDeadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    /// <summary>An agent waits at most ten minutes for a server to stop.</summary>
    public static readonly TimeSpan LongestCommand = TimeSpan.FromMinutes(12);

    /// <summary>What the agent never heard of is not sent after the person who wanted it has long looked elsewhere.</summary>
    public static readonly TimeSpan StillWanted = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Asks until the agent tells how the command ended, and settles it: one that it never got is VOID, so that an order which is still on its way does
    /// nothing when it arrives. Only then may anybody be told that nothing was done.
    /// </summary>
    /// <returns>Null when it was silent for too long, or is too old an agent to promise anything.</returns>
    public async Task<CommandOutcome?> SettleAsync(Uri agent, string unit, CommandRow command, CancellationToken cancellationToken) =>
        await AskAsync(agent, new() { CommandId = command.Id, VoidIfUnknown = true, Unit = unit }, cancellationToken) is { State: not CommandState.Unknown } settled ? settled : null;

    /// <summary>Asks until the agent tells how the command ended, or that it never saw it: it may still be given by the same id.</summary>
    /// <exception cref="AgentException">It was silent for too long.</exception>
    public async Task<CommandOutcome> DemandAsync(Uri agent, CommandRow command, CancellationToken cancellationToken) =>
        await AskAsync(agent, new() { CommandId = command.Id }, cancellationToken) ?? throw Silent(agent);

    /// <summary>What to throw when nobody can tell what became of a command.</summary>
    public static AgentException Silent(Uri agent) =>
        new(StatusCode.Unavailable, $"The agent at {agent.Authority} could not be asked what became of the command; its journal on the host knows.", null);

    private async Task<CommandOutcome?> AskAsync(Uri agent, GetCommandRequest question, CancellationToken cancellationToken)
    {
        CommandOutcome? told = null;
        var begun = time.GetTimestamp();
        var heard = begun;
        using var timer = new PeriodicTimer(Pace, time);
        do
        {
            try
            {
                told = await agents.GetCommandAsync(agent, question, cancellationToken);
                if (told.State != CommandState.Running)
                    return told;
                heard = time.GetTimestamp();
            }
            catch (AgentException e) when (e.Code is not (StatusCode.PermissionDenied or StatusCode.InvalidArgument))
            {
                // The deadline below ends the asking.
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
        while (time.GetElapsedTime(heard) < SilenceDeadline && time.GetElapsedTime(begun) < LongestCommand);

        return told;
    }
}
