using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Server.Sources.Agents;
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

    /// <summary>Asks until the agent tells how the command ended, or that it never saw it.</summary>
    /// <returns>Null when it was silent for too long.</returns>
    public async Task<CommandOutcome?> ToldAsync(Uri agent, string commandId, CancellationToken cancellationToken)
    {
        CommandOutcome? told = null;
        var begun = time.GetTimestamp();
        var heard = begun;
        using var timer = new PeriodicTimer(Pace, time);
        do
        {
            try
            {
                told = await agents.GetCommandAsync(agent, commandId, cancellationToken);
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

    /// <inheritdoc cref="ToldAsync"/>
    /// <exception cref="AgentException">It was silent for too long.</exception>
    public async Task<CommandOutcome> DemandAsync(Uri agent, string commandId, CancellationToken cancellationToken) =>
        await ToldAsync(agent, commandId, cancellationToken) ?? throw new AgentException(
            StatusCode.Unavailable, $"The agent at {agent.Authority} could not be asked what became of the command; its journal on the host knows.", null);
}
