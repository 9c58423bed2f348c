using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Contracts.Agent.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FleetConsole.Agent.Commands;

/// <summary>
/// Streams one profile. It ends with its caller: a stream cannot be taken up again, so there is nothing to go on for. It ends as well when a command that
/// replaces the process wants the unit.
/// </summary>
internal sealed class ProfileCommand(CommandDesk desk, PprofClient pprof, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    private const int ChunkBytes = 64 * 1024;
    private const long MostBytes = 256L * 1024 * 1024;
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    public async Task RunAsync(
        CommandEntry entry, UnitSettings unit, IUnitSupervisor supervisor, IServerStreamWriter<ProfileChunk> stream, CancellationToken caller)
    {
        var before = supervisor.Look().Process;
        var (state, message) = (CommandState.Failed, "The stream to the caller broke; ask again with a new command_id.");
        try
        {
            var bytes = await TakeAsync(entry, unit, supervisor, stream, caller);
            (state, message) = (CommandState.Succeeded, $"{bytes} bytes were sent.");
        }
        catch (ProfileException e)
        {
            message = e.Message;
            throw new RpcException(new Status(e.Code, e.Message, e));
        }
        finally
        {
            desk.Complete(entry, new(state, message, before, supervisor.Look().Process));
        }
    }

    private async Task<long> TakeAsync(
        CommandEntry entry, UnitSettings unit, IUnitSupervisor supervisor, IServerStreamWriter<ProfileChunk> stream, CancellationToken caller)
    {
        var intent = entry.Intent;
        var process = supervisor.Look().Process
            ?? throw new ProfileException(StatusCode.Unavailable, $"No process of unit {unit.Name} runs, so there is nothing to profile.");
        var address = unit.PprofUrl ?? throw new ProfileException(StatusCode.FailedPrecondition, $"Unit {unit.Name} has no PprofUrl.");
        var seconds = intent.Profile == ProfileKind.Cpu ? intent.Seconds : 0;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(seconds) + Slack, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(caller, deadline.Token, lifetime.ApplicationStopping, entry.GivenUp);
        try
        {
            using var response = await pprof.OpenAsync(address, intent.Profile, seconds, either.Token);
            await stream.WriteAsync(new() { Header = Header(process) }, either.Token);
            var bytes = await CopyAsync(response, stream, either.Token);
            CheckUnchanged(process, supervisor, null);
            return bytes;
        }
        catch (Exception e) when (entry.WhyGivenUp is { } given && e is OperationCanceledException or ProfileException)
        {
            throw new ProfileException(StatusCode.Aborted, given, e);
        }
        catch (ProfileException e) when (e.Code == StatusCode.Unavailable)
        {
            CheckUnchanged(process, supervisor, e);
            throw;
        }
        catch (OperationCanceledException e) when (!caller.IsCancellationRequested)
        {
            CheckUnchanged(process, supervisor, e);
            var why = deadline.IsCancellationRequested ? $"pprof at {address} did not send the profile within {seconds + Slack.TotalSeconds} s." : "The agent is ending.";
            throw new ProfileException(StatusCode.Unavailable, why, e);
        }
    }

    private static async Task<long> CopyAsync(HttpResponseMessage response, IServerStreamWriter<ProfileChunk> stream, CancellationToken cancel)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[ChunkBytes];
        for (var total = 0L; ;)
        {
            var length = await ReadAsync(body, buffer, cancel);
            if (length == 0)
                return total;
            total += length;
            if (total > MostBytes)
                throw new ProfileException(StatusCode.ResourceExhausted, "The profile is larger than 256 MiB and was cut off.");
            // The message is written out before WriteAsync ends, so the buffer can be used again.
            await stream.WriteAsync(new() { Data = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, length)) }, cancel);
        }
    }

    private static async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancel)
    {
        try
        {
            return await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ProfileException(StatusCode.Unavailable, $"pprof broke off the profile: {e.Message}", e);
        }
    }

    private static void CheckUnchanged(ProcessMark process, IUnitSupervisor supervisor, Exception? cause)
    {
        if (supervisor.Look().Process is { } now && now == process)
            return;
        throw new ProfileException(
            StatusCode.Aborted,
            $"Process {process.Pid} ended while its profile was taken, so the data may be another process's; discard it and ask again with a new command_id.",
            cause);
    }

    private static ProfileHeader Header(ProcessMark process) =>
        new() { MainPid = process.Pid, ProcessStartedAt = Timestamp.FromDateTimeOffset(process.StartedAt) };
}
