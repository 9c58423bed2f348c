using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Tools;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Dumps;

/// <summary>
/// SIGABRT: Go writes every goroutine to standard error and ends. The text is taken from where that goes. Whatever fails after the signal, the unit
/// gets its next process.
/// </summary>
internal sealed class AbortDump(TimeProvider clock)
{
    private static readonly TimeSpan CopyDeadline = TimeSpan.FromMinutes(5);

    public async Task<DumpFindings> TakeAsync(Unit unit, ProcessMark process, long knownGoroutines, DumpFile dump)
    {
        // From the signal on nothing is given up half done, so nothing here hears of the caller's or the agent's end.
        using var log = await unit.Log.BeginAsync(CancellationToken.None);
        using var life = ProcessLife.WatchOnly(process) ?? throw new ToolException($"Process {process.Pid} has ended by itself.");
        life.Signal(Posix.SigAbrt);
        if (!await EndsAsync(life, unit.Settings.AbortTimeout))
            return StillPending(process, unit.Settings.AbortTimeout);
        var warnings = new List<string>();
        using var late = new CancellationTokenSource(CopyDeadline, clock);
        await TryAsync(() => log.CopyAsync(process, dump, late.Token), warnings);
        dump.Text.End();
        var next = await unit.Supervisor.AwaitNextAsync(process);
        var dropped = 0L;
        await TryAsync(async () => dropped = await log.DroppedAsync(late.Token), warnings);
        var wholeness = Judge(dump, dropped, warnings, knownGoroutines, unit.Supervisor.Look().LogRateLimit);
        return new(next.Succeeded, $"{dump.Text.Goroutines} goroutines. {next.Message}", wholeness, next.After)
        {
            Warnings = warnings,
            Dropped = dropped,
            UnitResult = next.UnitResult,
            IsUndecided = next.IsUndecided,
        };
    }

    // A signal cannot be taken back: the process may still end, and its dump is lost then.
    private static DumpFindings StillPending(ProcessMark process, TimeSpan limit)
    {
        var why = $"Process {process.Pid} did not end on SIGABRT within {limit.TotalSeconds} s. The signal is pending, so it may still end; kernel stacks tell what it waits for.";
        return DumpFindings.Failed(why, process) with { IsUndecided = true };
    }

    // Writing 50,000 lines through journald takes some seconds; a process in an uninterruptible wait does not end at all.
    private async Task<bool> EndsAsync(ProcessLife life, TimeSpan limit)
    {
        try
        {
            await life.Ended.WaitAsync(limit, clock);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static async Task TryAsync(Func<Task> read, List<string> warnings)
    {
        try
        {
            await read();
        }
        catch (Exception e) when (e is ToolException or IOException or OperationCanceledException)
        {
            warnings.Add($"The log could not be read to its end: {e.Message}");
        }
    }

    private static Wholeness Judge(DumpFile dump, long dropped, List<string> warnings, long known, LogRateLimit? limit)
    {
        var isBroken = warnings.Count > 0;
        var text = dump.Text;
        if (dropped > 0)
            warnings.Add($"journald dropped {dropped} messages.");
        if (text.HasAbort && !text.HasEnd)
            warnings.Add("The registers, which end a dump, are missing.");
        if (!text.HasAbort)
            warnings.Add("There is no \"SIGABRT: abort\" in it: either the log lost it, or the program is not Go's.");
        if (known > 0 && text.Goroutines < known * 9 / 10)
            warnings.Add($"{known} goroutines were known, {text.Goroutines} are in the dump.");
        var isCut = isBroken || dropped > 0 || (text.HasAbort && !text.HasEnd) || dump.IsFull;
        if (isCut && limit is { CutsDumps: true })
            warnings.Add(limit.Message);
        return isCut ? Wholeness.Cut : text.HasEnd && warnings.Count == 0 ? Wholeness.Whole : Wholeness.Unknown;
    }
}
