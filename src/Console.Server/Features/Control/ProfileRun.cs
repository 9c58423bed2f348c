using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Agents;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Control;

/// <summary>One CPU profile: from the host's pprof through the agent into the data folder.</summary>
internal sealed class ProfileRun(CommandLog log, AgentClients agents, HostMap map, PrometheusWatch fleet, CaptureFiles files, TimeProvider time)
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

        await log.StepAsync(command, row =>
        {
            row.Phase = CommandPhase.Running;
            row.Message = $"The agent profiles the server for {command.Seconds} s.";
        }, cancellationToken);
        var request = new ProfileRequest
        {
            CommandId = command.Id,
            Unit = faces.Unit,
            Kind = ProfileKind.Cpu,
            Seconds = command.Seconds,
            RequestedBy = command.RequestedBy,
            Reason = command.Reason,
        };
        var (header, sha256, size) = await files.StoreAsync(
            stream => agents.ProfileAsync(faces.Agent, request, stream, files.MaxBytes, cancellationToken), cancellationToken);
        var capture = new CaptureRow
        {
            CommandId = command.Id,
            Host = command.Host,
            Kind = "cpu",
            TakenAt = time.GetUtcNow(),
            ProcessStartedAt = header.ProcessStartedAt.ToDateTimeOffset(),
            Version = fleet.Current.Hosts.GetValueOrDefault(command.Host)?.Version ?? "",
            Seconds = command.Seconds,
            SizeBytes = size,
            Sha256 = sha256,
            TakenBy = command.RequestedBy,
            Reason = command.Reason,
        };
        await log.EndAsync(command, CommandPhase.Succeeded, $"{command.Seconds} s of CPU profile, {size:N0} bytes.", capture, cancellationToken);
    }
}
