using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Agents;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Control;

/// <summary>One restart or reload: evidence first, then the agent does it, then the new process is followed.</summary>
internal sealed class ReplaceRun(
    CommandLog log, LastLook lastLook, AgentClients agents, AgentMemory memory, HostMap map, EvidenceRun evidence, SilenceRun silences, Replacement replacement)
{
    private static readonly TimeSpan AgentDeadline = TimeSpan.FromSeconds(90);

    public async Task RunAsync(CommandRow command, bool resumed, CancellationToken cancellationToken)
    {
        var faces = map.Find(command.Host);
        if (faces.Agent is not { } agent)
        {
            await log.EndAsync(command, CommandPhase.Failed, faces.AgentProblem, cancellationToken);
            return;
        }

        if (await lastLook.TakeUpAsync(command, agent, faces.Unit, resumed, cancellationToken) is not { } known)
            return;
        var unasked = known.State == CommandState.Unknown;
        await silences.BeginAsync(command, cancellationToken);
        try
        {
            if (unasked && command.TakesEvidence && command.Evidence.Length == 0)
                await evidence.TakeAsync(command, faces, agent, cancellationToken);
            await log.StepAsync(command, row =>
            {
                row.Phase = CommandPhase.Running;
                row.Message = row.Action == CommandActions.Reload ? "The agent has the server reload." : "The agent restarts the server.";
            }, cancellationToken);
            await FollowAsync(command, faces, unasked ? await AskAsync(faces, agent, command, cancellationToken) : known, cancellationToken);
        }
        finally
        {
            await silences.EndAsync(command, cancellationToken);
        }
    }

    private async Task FollowAsync(CommandRow command, HostFaces faces, CommandOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome.State != CommandState.Succeeded)
        {
            command.ProcessEnded = Replacement.Ended(outcome);
            await log.EndAsync(command, outcome.State == CommandState.Failed ? CommandPhase.Failed : CommandPhase.Unknown, outcome.Message, cancellationToken);
            return;
        }

        if (command.Action == CommandActions.Reload && outcome.PidAfter != 0 && outcome.PidAfter == outcome.PidBefore)
        {
            await log.EndAsync(command, CommandPhase.Succeeded, $"Process {outcome.PidAfter} reloaded in place; its age goes on.", cancellationToken);
            return;
        }

        if (outcome.ProcessStartedAtAfter is null)
        {
            await log.EndAsync(command, CommandPhase.Unknown,
                $"The agent reports success but names no new process ({outcome.Message}). Look at the unit on the host.", cancellationToken);
            return;
        }

        if (outcome.ProcessStartedAtAfter.Equals(outcome.ProcessStartedAtBefore))
        {
            await log.EndAsync(command, CommandPhase.Unknown,
                $"The agent reports success, but the process of {outcome.ProcessStartedAtAfter.ToDateTimeOffset():u} still runs ({outcome.Message}). Look at the unit on the host.", cancellationToken);
            return;
        }

        await replacement.ConfirmAsync(command, faces, outcome, capture: null, cancellationToken);
    }

    // A connection that breaks leaves open whether the agent acted; it is asked by the command's id until it tells.
    private async Task<CommandOutcome> AskAsync(HostFaces faces, Uri agent, CommandRow command, CancellationToken cancellationToken)
    {
        try
        {
            return command.Action == CommandActions.Reload
                ? await agents.ReloadAsync(agent, new() { CommandId = command.Id, Unit = faces.Unit, RequestedBy = command.RequestedBy, Reason = command.Reason }, AgentDeadline, cancellationToken)
                : await agents.RestartAsync(agent, new() { CommandId = command.Id, Unit = faces.Unit, RequestedBy = command.RequestedBy, Reason = command.Reason }, AgentDeadline, cancellationToken);
        }
        catch (AgentException e) when (e.Undecided)
        {
            await log.StepAsync(command, row => row.Message = $"{e.Message} Asking it what it did.", cancellationToken);
            return await memory.SettleAsync(agent, faces.Unit, command, cancellationToken) switch
            {
                null => throw new AgentException(e.Code, e.Message, e),
                { State: CommandState.Void } => new() { State = CommandState.Failed, Message = $"{e.Message} It never got the command, so nothing was done." },
                { State: CommandState.Running } => new()
                {
                    State = CommandState.Interrupted,
                    Message = $"The agent still works on it after {AgentMemory.LongestCommand.TotalMinutes:0} minutes. Look at the unit on the host.",
                },
                { } told => told,
            };
        }
    }
}
