using System.Globalization;
using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Agents;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Control;

/// <summary>
/// One dump, by one rung of the ladder. The agent keeps what it has taken under the command's id, so that a lost connection or a console
/// that ended costs another transfer and no second dump. What became of the process after SIGABRT does not hang on the transfer.
/// </summary>
internal sealed class DumpRun(
    CommandLog log, LastLook lastLook, AgentMemory memory, HostMap map, CaptureStore store, SilenceRun silences, Replacement replacement)
{
    private const int Attempts = 3;

    public async Task RunAsync(CommandRow command, bool resumed, CancellationToken cancellationToken)
    {
        var faces = map.Find(command.Host);
        if (faces.Agent is not { } agent)
        {
            await log.EndAsync(command, CommandPhase.Failed, faces.AgentProblem, cancellationToken);
            return;
        }

        if (await lastLook.TakeUpAsync(command, agent, faces.Unit, resumed, cancellationToken) is null)
            return;
        await silences.BeginAsync(command, cancellationToken);
        try
        {
            await log.StepAsync(command, row =>
            {
                row.Phase = CommandPhase.Running;
                row.Message = row.Action == CommandActions.Abort ? "The agent sends SIGABRT and collects what the process writes before it ends." : "The agent takes the dump.";
            }, cancellationToken);
            await TakeAndEndAsync(command, faces, agent, cancellationToken);
        }
        finally
        {
            await silences.EndAsync(command, cancellationToken);
        }
    }

    private async Task TakeAndEndAsync(CommandRow command, HostFaces faces, Uri agent, CancellationToken cancellationToken)
    {
        (CaptureRow? Capture, DumpTrailer Trailer) taken;
        try
        {
            taken = await TakeAsync(command, faces, agent, cancellationToken);
        }
        catch (Exception e) when (command.Action == CommandActions.Abort && e is AgentException or IOException or UnauthorizedAccessException)
        {
            await EndWithoutDumpAsync(command, faces, agent, e, cancellationToken);
            return;
        }

        await EndAsync(command, faces, taken.Capture, taken.Trailer, cancellationToken);
    }

    // The dump did not get here; the agent knows whether the process is another one.
    private async Task EndWithoutDumpAsync(CommandRow command, HostFaces faces, Uri agent, Exception why, CancellationToken cancellationToken)
    {
        var told = await memory.SettleAsync(agent, faces.Unit, command, cancellationToken);
        if (told is null or { State: CommandState.Void })
        {
            var lost = told is null ? CommandPhase.Unknown : CommandPhase.Failed;
            await log.EndAsync(command, lost, told is null
                ? $"{why.Message} The agent could not be asked what became of it. Look at the unit on the host."
                : $"{why.Message} It never got the command, so nothing was done.", cancellationToken);
            return;
        }

        command.ProcessEnded = Replacement.Ended(told);
        await log.StepAsync(command, row => row.Evidence = $"no dump: {why.Message}", cancellationToken);
        if (told is { State: CommandState.Succeeded, ProcessStartedAtAfter: not null })
            await replacement.ConfirmAsync(command, faces, told, capture: null, cancellationToken);
        else
            await log.EndAsync(command, told.State == CommandState.Failed ? CommandPhase.Failed : CommandPhase.Unknown, $"{told.Message} {why.Message}", cancellationToken);
    }

    private async Task<(CaptureRow? Capture, DumpTrailer Trailer)> TakeAsync(CommandRow command, HostFaces faces, Uri agent, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await store.DumpAsync(command, faces, agent, command.Id, RungOf(command.Rung), command.Seconds, cancellationToken);
            }
            catch (AgentException e) when (e.Undecided && attempt < Attempts)
            {
                await log.StepAsync(command, row => row.Message = $"{e.Message} Asking it for the same dump again.", cancellationToken);
                await memory.DemandAsync(agent, command, cancellationToken);
            }
        }
    }

    private async Task EndAsync(CommandRow command, HostFaces faces, CaptureRow? capture, DumpTrailer trailer, CancellationToken cancellationToken)
    {
        var summary = Summary(capture, trailer);
        if (command.Action == CommandActions.Abort && trailer.Outcome is { State: CommandState.Succeeded, ProcessStartedAtAfter: not null } replaced)
        {
            await log.StepAsync(command, row => row.Evidence = summary, cancellationToken);
            await replacement.ConfirmAsync(command, faces, replaced, capture, cancellationToken);
            return;
        }

        command.ProcessEnded = command.Action == CommandActions.Abort && Replacement.Ended(trailer.Outcome);
        var phase = trailer.Outcome.State switch
        {
            CommandState.Succeeded when capture is not null => CommandPhase.Succeeded,
            CommandState.Succeeded or CommandState.Failed => CommandPhase.Failed,
            _ => CommandPhase.Unknown,
        };
        await log.EndAsync(command, phase, phase == CommandPhase.Succeeded ? summary : $"{trailer.Outcome.Message} {summary}".Trim(), capture, cancellationToken);
    }

    private static string Summary(CaptureRow? capture, DumpTrailer trailer)
    {
        var wholeness = trailer.Wholeness switch
        {
            Wholeness.Whole => "The dump is whole",
            Wholeness.Cut => "The dump is cut",
            _ => "Whether the dump is whole cannot be told",
        };
        var counted = trailer.Goroutines > 0
            ? string.Create(CultureInfo.InvariantCulture, $": {trailer.Goroutines} goroutines{(trailer.KnownGoroutines > 0 ? $", go_goroutines last said {trailer.KnownGoroutines}" : "")}")
            : "";
        var suppressed = trailer.SuppressedMessages > 0 ? string.Create(CultureInfo.InvariantCulture, $", {trailer.SuppressedMessages} lines suppressed by journald") : "";
        return capture is null ? "" : string.Join(' ', new[] { $"{wholeness}{counted}{suppressed}." }.Concat(trailer.Warnings));
    }

    private static DumpRung RungOf(Rung rung) => rung switch
    {
        Rung.Goroutines => DumpRung.Goroutines,
        Rung.KernelStacks => DumpRung.KernelStacks,
        Rung.Perf => DumpRung.Perf,
        Rung.Abort => DumpRung.Abort,
        _ => throw new ArgumentOutOfRangeException(nameof(rung), rung, "no such rung"),
    };
}
