using FleetConsole.Agent.Commands;
using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Figures;
using FleetConsole.Agent.Metrics;
using FleetConsole.Agent.Security;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Contracts.Agent.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FleetConsole.Agent;

/// <summary>The agent's calls, each in the order: who, may they, is it well-formed, then do it.</summary>
internal sealed class AgentService(
    Gatekeeper gatekeeper, UnitDirectory units, CommandDesk desk, RestartCommand restart, ProfileCommand profile, CommandCounters counters)
    : Contracts.Agent.V1.Agent.AgentBase
{
    public override Task<UnitStatus> GetStatus(GetStatusRequest request, ServerCallContext context)
    {
        var settings = gatekeeper.Authorise(gatekeeper.Identify(context), request.Unit, UnitActions.Status);
        var unit = units[settings.Name];
        var look = unit.Supervisor.Look();
        var status = new UnitStatus
        {
            Unit = settings.Name,
            Supervisor = unit.Supervisor.Kind,
            State = look.State,
            Restarts = look.Restarts,
            HeldByCommandId = desk.HolderOf(settings.Name),
        };
        if (look.Process is { } process)
        {
            status.MainPid = process.Pid;
            status.ProcessStartedAt = Timestamp.FromDateTimeOffset(process.StartedAt);
            status.Process = UnitFigures.Process(process);
            status.Service = unit.Figures.Service(process);
        }

        return Task.FromResult(status);
    }

    public override async Task<CommandOutcome> Restart(RestartRequest request, ServerCallContext context)
    {
        var (client, unit) = Admit(context, request.Unit, UnitActions.Restart, () => RequestRules.Check(request));
        var intent = new CommandIntent(
            request.CommandId, UnitActions.Restart, unit.Settings.Name, ProfileKind.Unspecified, 0, request.RequestedBy, request.Reason);
        var (entry, isNew) = desk.Accept(intent, client, unit.Supervisor.Look().Process);

        // Not awaited through the caller's token: the entry's completion is, and the desk waits for it when the agent ends.
        var running = isNew ? restart.RunAsync(entry, unit.Supervisor) : entry.Completion;
        await running.WaitAsync(context.CancellationToken);
        return await entry.Completion;
    }

    public override async Task Profile(ProfileRequest request, IServerStreamWriter<ProfileChunk> responseStream, ServerCallContext context)
    {
        var (client, unit) = Admit(context, request.Unit, UnitActions.Profile, () => RequestRules.Check(request));
        var intent = new CommandIntent(
            request.CommandId, UnitActions.Profile, unit.Settings.Name, request.Kind, request.Seconds, request.RequestedBy, request.Reason);
        var (entry, isNew) = desk.Accept(intent, client, unit.Supervisor.Look().Process);
        if (!isNew)
        {
            throw new RpcException(new Status(
                StatusCode.AlreadyExists,
                $"Profile {request.CommandId} was taken before ({entry.Outcome.State}: {entry.Outcome.Message}) and is not kept here; ask again with a new command_id."));
        }

        await profile.RunAsync(entry, unit.Settings, unit.Supervisor, responseStream, context.CancellationToken);
    }

    public override Task<CommandOutcome> GetCommand(GetCommandRequest request, ServerCallContext context)
    {
        var client = gatekeeper.Identify(context);
        RequestRules.CheckId(request.CommandId);
        if (desk.Find(request.CommandId) is not { } entry)
        {
            return Task.FromResult(new CommandOutcome
            {
                CommandId = request.CommandId,
                State = CommandState.Unknown,
                Message = "This agent was never given the command.",
            });
        }

        gatekeeper.Authorise(client, entry.Intent.Unit, UnitActions.Status);
        return Task.FromResult(entry.Outcome);
    }

    private (ClientSettings Client, Unit Unit) Admit(ServerCallContext context, string unitName, UnitActions action, Action check)
    {
        try
        {
            var client = gatekeeper.Identify(context);
            var settings = gatekeeper.Authorise(client, unitName, action);
            check();
            return (client, units[settings.Name]);
        }
        catch (RpcException)
        {
            counters.Count(action, CommandCounters.Refused);
            throw;
        }
    }
}
