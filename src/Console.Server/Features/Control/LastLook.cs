using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Features.Control.Rules;
using FleetConsole.Server.Sources.Agents;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Control;

/// <summary>
/// The look before an agent is asked: what held when the command was given may not hold any more, after the wait for a
/// second person or for a console that was down: the rules, and what the person who asked may do.
/// </summary>
internal sealed class LastLook(CommandLog log, CommandGate gate, SituationReader situations, AgentMemory memory, TimeProvider time)
{
    /// <summary>Ends a command that is too old, that a rule refuses now, or that its person may not have done any more; unless the agent has it already.</summary>
    /// <returns>What the agent knows of it: UNKNOWN until it is given. Null: the command was ended, and nothing was done.</returns>
    /// <exception cref="AgentException">What became of a command that was taken up again cannot be told.</exception>
    public async Task<CommandOutcome?> TakeUpAsync(CommandRow command, Uri agent, string unit, bool resumed, CancellationToken cancellationToken)
    {
        // The console ended in the middle: what the agent did by this id comes before anything is done again.
        var known = resumed ? await memory.DemandAsync(agent, command, cancellationToken) : new() { State = CommandState.Unknown };
        var why = known.State switch
        {
            CommandState.Unknown => await WhyNotAsync(command, resumed, cancellationToken),

            // The console ended between the agent's word and its own.
            CommandState.Void => (CommandPhase.Failed, NeverGiven(command)),
            _ => null,
        };
        if (why is not var (phase, message))
            return known;

        // What the console had sent before it ended may still arrive.
        if (resumed && (await memory.SettleAsync(agent, unit, command, cancellationToken) ?? throw AgentMemory.Silent(agent)) is { State: not CommandState.Void } arrived)
            return arrived;
        await log.EndAsync(command, phase, message, cancellationToken);
        return null;
    }

    private static string NeverGiven(CommandRow command) =>
        $"The console ended before the agent was asked, so nothing was done. Give the {command.Action} again if it is still wanted.";

    // How it has to be ended; null when nothing speaks against it.
    private async Task<(CommandPhase Phase, string Message)?> WhyNotAsync(CommandRow command, bool resumed, CancellationToken cancellationToken)
    {
        // One that waited for a second person is wanted from then on.
        if (resumed && time.GetUtcNow() - (command.DecidedAt ?? command.RequestedAt) > AgentMemory.StillWanted)
            return (CommandPhase.Failed, NeverGiven(command));
        if (await gate.RequesterProblemAsync(command, cancellationToken) is { } lacking)
            return (CommandPhase.Refused, $"Nothing was done. {lacking}");
        if (resumed)
            await situations.SettleAsync(cancellationToken);
        var refusals = await gate.RefusalsAsync(command, cancellationToken);
        return refusals.Count > 0 ? (CommandPhase.Refused, $"Nothing was done. {string.Join(' ', refusals)}") : null;
    }
}
