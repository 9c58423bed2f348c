using FleetConsole.Contracts.V1;
using FleetConsole.Server.Features.Control.Rules;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Control;

/// <summary>
/// The look before an agent is asked: what held when the command was given may not hold any more, after the wait for a
/// second person or for a console that was down: the rules, and what the person who asked may do.
/// </summary>
internal sealed class LastLook(CommandLog log, CommandGate gate, SituationReader situations, TimeProvider time)
{
    /// <summary>Ends a command that is too old, that a rule refuses now, or that its person may not have done any more.</summary>
    /// <returns>Whether it was ended; nothing was done then.</returns>
    public async Task<bool> EndedAsync(CommandRow command, bool resumed, CancellationToken cancellationToken)
    {
        // One that waited for a second person is wanted from then on.
        if (resumed && time.GetUtcNow() - (command.DecidedAt ?? command.RequestedAt) > AgentMemory.StillWanted)
        {
            await log.EndAsync(command, CommandPhase.Failed,
                $"The console ended before the agent was asked, so nothing was done. Give the {command.Action} again if it is still wanted.", cancellationToken);
            return true;
        }

        if (await gate.RequesterProblemAsync(command, cancellationToken) is { } lacking)
        {
            await log.EndAsync(command, CommandPhase.Refused, $"Nothing was done. {lacking}", cancellationToken);
            return true;
        }

        if (resumed)
            await situations.SettleAsync(cancellationToken);
        var refusals = await gate.RefusalsAsync(command, cancellationToken);
        if (refusals.Count > 0)
            await log.EndAsync(command, CommandPhase.Refused, $"Nothing was done. {string.Join(' ', refusals)}", cancellationToken);
        return refusals.Count > 0;
    }
}
