using FleetConsole.Agent.Dumps;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Tools;
using FleetConsole.Contracts.Agent.V1;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Agent.Commands;

/// <summary>
/// Takes one dump and keeps it for whoever asks again. One that ends the process goes to its end whoever still listens; any other ends when nobody does, or
/// when a command that replaces the process wants the unit.
/// </summary>
internal sealed partial class DumpCommand(
    CommandDesk desk, DumpStore store, GoroutineDump goroutines, PerfRecording perf, AbortDump abort, IHostApplicationLifetime lifetime, ILogger<DumpCommand> logger)
{
    public static DumpHeader Header(CommandIntent intent, UnitLook look)
    {
        var header = new DumpHeader { CommandId = intent.CommandId, Rung = intent.Dump };
        if (look.Process is { } process)
            (header.MainPid, header.ProcessStartedAt) = (process.Pid, Timestamp.FromDateTimeOffset(process.StartedAt));
        if (intent.Dump == DumpRung.Abort && look.LogRateLimit is { CutsDumps: true } limit)
            header.Warnings.Add(limit.Message);
        return header;
    }

    /// <returns>The trailer; what went wrong is in it.</returns>
    public async Task<DumpTrailer> RunAsync(CommandEntry entry, Unit unit, ProcessMark? process, long knownGoroutines, DumpHeader header)
    {
        var trailer = new DumpTrailer { KnownGoroutines = knownGoroutines };
        DumpFile? dump = null;
        var findings = DumpFindings.Failed("It met an unexpected error; the unit's status tells what was done.", process) with { IsUndecided = entry.Intent.Dump == DumpRung.Abort };
        try
        {
            dump = store.Create(unit.Settings, header);
            findings = await TakeAsync(entry, unit, process, knownGoroutines, dump);
        }
        catch (Exception e) when (e is ToolException or IOException or UnauthorizedAccessException)
        {
            findings = DumpFindings.Failed(entry.WhyGivenUp ?? e.Message, unit.Supervisor.Look().Process);
        }
        catch (OperationCanceledException)
        {
            findings = DumpFindings.Failed(entry.WhyGivenUp ?? "The agent is ending.", process);
        }
        finally
        {
            var closing = new CommandClosing(findings.State, findings.Message, process, findings.Next, findings.UnitResult);
            desk.Complete(entry, closing, outcome => Keep(dump, Fill(trailer, outcome, findings, dump)));
            dump?.Dispose();
        }

        return trailer;
    }

    private async Task<DumpFindings> TakeAsync(CommandEntry entry, Unit unit, ProcessMark? process, long knownGoroutines, DumpFile dump)
    {
        var intent = entry.Intent;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping, entry.GivenUp);
        if (process is not { } running)
            return DumpFindings.Failed($"No process of unit {unit.Settings.Name} runs, so there is nothing to dump.", null);
        return intent.Dump switch
        {
            DumpRung.Goroutines => await goroutines.TakeAsync(unit.Settings, running, dump, end.Token),
            DumpRung.KernelStacks => await Task.Run(() => KernelStacks.Take(running, dump, end.Token), end.Token),
            DumpRung.Perf => await perf.TakeAsync(unit, running, intent.Seconds, dump, end.Token),
            DumpRung.Abort => await abort.TakeAsync(unit, running, knownGoroutines, dump),
            _ => throw new InvalidOperationException($"An intent with rung {intent.Dump} was accepted."),
        };
    }

    private static DumpTrailer Fill(DumpTrailer trailer, CommandOutcome outcome, DumpFindings findings, DumpFile? dump)
    {
        trailer.Outcome = outcome;
        trailer.Wholeness = dump is { IsFull: false } ? findings.Wholeness : Wholeness.Cut;
        trailer.Warnings.AddRange(findings.Warnings);
        trailer.SuppressedMessages = findings.Dropped;
        if (dump is null)
            return trailer;
        (trailer.Bytes, trailer.Lines, trailer.Goroutines) = (dump.Text.Bytes, dump.Text.Lines, dump.Text.Goroutines);
        if (dump.IsFull)
            trailer.Warnings.Add("The dump is larger than 256 MiB and was cut off.");
        return trailer;
    }

    private void Keep(DumpFile? dump, DumpTrailer trailer)
    {
        try
        {
            dump?.Complete(trailer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            trailer.Wholeness = Wholeness.Cut;
            trailer.Warnings.Add($"The dump could not be kept: {e.Message}");
            LogNotKept(trailer.Outcome.CommandId, e.Message);
        }
    }

    [LoggerMessage(510, LogLevel.Error, "Command {CommandId}: the dump could not be kept: {Problem}")]
    private partial void LogNotKept(string commandId, string problem);
}
