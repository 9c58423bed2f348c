using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Control;

/// <summary>One CPU profile: from the host's pprof through the agent into the data folder.</summary>
internal sealed class ProfileRun(CommandLog log, LastLook lastLook, HostMap map, CaptureStore store)
{
    public async Task RunAsync(CommandRow command, bool resumed, CancellationToken cancellationToken)
    {
        var faces = map.Find(command.Host);
        if (faces.Agent is null || resumed)
        {
            // A profile is of its moment: one that the console's end interrupted is not taken again unasked.
            await log.EndAsync(command, CommandPhase.Failed,
                resumed ? "The console ended while the profile was taken. Take it again if it is still wanted." : faces.AgentProblem, cancellationToken);
            return;
        }

        if (await lastLook.TakeUpAsync(command, faces.Agent, faces.Unit, resumed, cancellationToken) is null)
            return;
        await log.StepAsync(command, row =>
        {
            row.Phase = CommandPhase.Running;
            row.Message = $"The agent profiles the server for {command.Seconds} s.";
        }, cancellationToken);
        var capture = await store.ProfileAsync(command, faces, faces.Agent, command.Id, command.Seconds, cancellationToken);
        await log.EndAsync(command, CommandPhase.Succeeded, $"{command.Seconds} s of CPU profile, {capture.SizeBytes:N0} bytes.", capture, cancellationToken);
    }
}
