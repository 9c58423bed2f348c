using FleetConsole.Agent.Commands;
using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Dumps;
using FleetConsole.Agent.Metrics;
using FleetConsole.Agent.Security;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Tools;
using FleetConsole.Contracts.Agent.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FleetConsole.Agent;

/// <summary>The agent's calls, each in the order: who, may they, is it well-formed, then do it.</summary>
internal sealed partial class AgentService(
    Gatekeeper gatekeeper,
    UnitDirectory units,
    StatusReport report,
    CommandDesk desk,
    ReplaceCommand replace,
    ProfileCommand profile,
    DumpCommand dump,
    DumpStore dumps,
    CommandCounters counters,
    ILogger<AgentService> logger)
    : Contracts.Agent.V1.Agent.AgentBase
{
    private const int ChunkBytes = 64 * 1024;

    public override async Task<UnitStatus> GetStatus(GetStatusRequest request, ServerCallContext context)
    {
        var client = gatekeeper.Identify(context);
        var unit = units[gatekeeper.Authorise(client, request.Unit, UnitActions.Status).Name];
        return report.Write(client, unit, await LookAsync(unit, context));
    }

    public override Task WatchStatus(WatchStatusRequest request, IServerStreamWriter<UnitStatus> responseStream, ServerCallContext context)
    {
        var client = gatekeeper.Identify(context);
        var unit = units[gatekeeper.Authorise(client, request.Unit, UnitActions.Status).Name];
        return report.SendAsync(client, unit, responseStream, context.CancellationToken);
    }

    public override async Task<CommandOutcome> Restart(RestartRequest request, ServerCallContext context)
    {
        var (client, unit) = Admit(context, request.Unit, UnitActions.Restart, () => RequestRules.Check(request));
        var intent = new CommandIntent(
            request.CommandId, UnitActions.Restart, unit.Settings.Name, ProfileKind.Unspecified, 0, request.RequestedBy, request.Reason);
        return await ReplaceAsync(intent, client, unit, context);
    }

    public override async Task<CommandOutcome> Reload(ReloadRequest request, ServerCallContext context)
    {
        var (client, unit) = Admit(context, request.Unit, UnitActions.Reload, () => RequestRules.Check(request));
        var intent = new CommandIntent(
            request.CommandId, UnitActions.Reload, unit.Settings.Name, ProfileKind.Unspecified, 0, request.RequestedBy, request.Reason);
        return await ReplaceAsync(intent, client, unit, context);
    }

    public override async Task Dump(DumpRequest request, IServerStreamWriter<DumpChunk> responseStream, ServerCallContext context)
    {
        var action = request.Rung == DumpRung.Abort ? UnitActions.Abort : UnitActions.Dump;
        var (client, unit) = Admit(context, request.Unit, action, () => RequestRules.Check(request));
        var intent = new CommandIntent(
            request.CommandId, action, unit.Settings.Name, ProfileKind.Unspecified, request.Seconds, request.RequestedBy, request.Reason, request.Rung);
        var look = await LookAsync(unit, context);
        var (entry, isNew) = await desk.AcceptAsync(intent, client, () => look.Process, context.CancellationToken);
        if (!isNew)
        {
            await entry.Completion.WaitAsync(context.CancellationToken);
            if (!await dumps.SendAsync(unit.Settings, request.CommandId, withHeader: true, responseStream, context.CancellationToken))
                throw TakenBefore("Dump", entry);
            return;
        }

        var header = DumpCommand.Header(intent, look);
        var running = dump.RunAsync(entry, unit, look.Process, request.KnownGoroutines, header);
        var trailer = await HearAsync(entry, running, header, responseStream, context.CancellationToken);
        if (!await dumps.SendAsync(unit.Settings, request.CommandId, withHeader: false, responseStream, context.CancellationToken))
            await responseStream.WriteAsync(new() { Trailer = trailer }, context.CancellationToken);
    }

    public override async Task Profile(ProfileRequest request, IServerStreamWriter<ProfileChunk> responseStream, ServerCallContext context)
    {
        var (client, unit) = Admit(context, request.Unit, UnitActions.Profile, () => RequestRules.Check(request));
        var intent = new CommandIntent(
            request.CommandId, UnitActions.Profile, unit.Settings.Name, request.Kind, request.Seconds, request.RequestedBy, request.Reason);
        var (entry, isNew) = await desk.AcceptAsync(intent, client, () => unit.Supervisor.Look().Process, context.CancellationToken);
        if (!isNew)
            throw TakenBefore("Profile", entry);
        await profile.RunAsync(entry, unit.Settings, unit.Supervisor, responseStream, context.CancellationToken);
    }

    public override async Task ReadJournal(ReadJournalRequest request, IServerStreamWriter<JournalChunk> responseStream, ServerCallContext context)
    {
        var (client, unit) = Admit(context, request.Unit, UnitActions.Journal, () => RequestRules.Check(request));
        LogJournalRead(client.San, unit.Settings.Name, request.Lines);
        try
        {
            var (text, truncated) = await unit.Log.TailAsync(request.Lines, request.MaxBytes, context.CancellationToken);
            counters.Count(UnitActions.Journal, CommandCounters.Succeeded);
            for (var at = 0; at < text.Length; at += ChunkBytes)
            {
                var part = text[at..Math.Min(text.Length, at + ChunkBytes)];
                await responseStream.WriteAsync(new() { Data = UnsafeByteOperations.UnsafeWrap(part), Truncated = truncated }, context.CancellationToken);
            }
        }
        catch (ToolException e)
        {
            counters.Count(UnitActions.Journal, CommandCounters.Failed);
            throw new RpcException(new Status(StatusCode.Unavailable, e.Message, e));
        }
    }

    public override Task<CommandOutcome> GetCommand(GetCommandRequest request, ServerCallContext context)
    {
        var client = gatekeeper.Identify(context);
        RequestRules.CheckId(request.CommandId);
        if (request.VoidIfUnknown)
        {
            gatekeeper.Authorise(client, request.Unit, UnitActions.Commands);
            desk.Void(request.CommandId, client);
        }

        var (outcome, unit) = desk.Find(request.CommandId);
        if (unit is not null)
            gatekeeper.Authorise(client, unit, UnitActions.Status);
        return Task.FromResult(outcome);
    }

    // Not awaited through the caller's token: as with a restart, the command itself says whether it goes on without a caller.
    private static async Task<DumpTrailer> HearAsync(
        CommandEntry entry, Task<DumpTrailer> running, DumpHeader header, IServerStreamWriter<DumpChunk> stream, CancellationToken caller)
    {
        var isHeard = false;
        try
        {
            await stream.WriteAsync(new() { Header = header }, caller);
            var trailer = await running.WaitAsync(caller);
            isHeard = true;
            return trailer;
        }
        finally
        {
            if (!isHeard)
                entry.GiveUp("Its caller hung up before it was taken; ask again with a new command_id.");
        }
    }

    private async Task<CommandOutcome> ReplaceAsync(CommandIntent intent, ClientSettings client, Unit unit, ServerCallContext context)
    {
        var (entry, isNew) = await desk.AcceptAsync(intent, client, () => unit.Supervisor.Look().Process, context.CancellationToken);

        // Not awaited through the caller's token: the entry's completion is, and the desk waits for it when the agent ends.
        var running = isNew ? replace.RunAsync(entry, unit.Supervisor) : entry.Completion;
        await running.WaitAsync(context.CancellationToken);
        return await entry.Completion;
    }

    private static async Task<UnitLook> LookAsync(Unit unit, ServerCallContext context)
    {
        try
        {
            return await unit.Supervisor.LookNowAsync(context.CancellationToken);
        }
        catch (ToolException e)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, e.Message, e));
        }
    }

    private static RpcException TakenBefore(string what, CommandEntry entry) => new(new Status(
        StatusCode.AlreadyExists,
        $"{what} {entry.Intent.CommandId} was taken before ({entry.Outcome.State}: {entry.Outcome.Message}) and is not kept here; ask again with a new command_id."));

    private (ClientSettings Client, Unit Unit) Admit(ServerCallContext context, string unitName, UnitActions action, System.Action check)
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

    [LoggerMessage(110, LogLevel.Information, "Client {Client} reads the last {Lines} lines of unit {Unit}.")]
    private partial void LogJournalRead(string client, string unit, int lines);
}
