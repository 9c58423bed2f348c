using FleetConsole.Agent.Configuration;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Supervisors;

internal sealed partial class ChildProcessSupervisor
{
    // Processes that a graceful upgrade has replaced; only the loop touches them.
    private readonly List<ProcessLife> replaced = [];

    private async Task<RestartResult> CarryOutReloadAsync(CancellationToken stopping)
    {
        if (life is not { } old)
            return new(false, "No process runs, so there is nothing to reload; restart the unit.", null, null);
        old.Signal(Posix.SigHup);
        if (unit.Reload == ReloadKind.Handover)
            return await TakeOverAsync(old, stopping);
        await Task.WhenAny(old.Ended, Task.Delay(Grace, clock, stopping));
        if (!old.Ended.IsCompleted)
            return new(true, $"Process {old.Mark.Pid} was told to reload and runs on.", old.Mark, old.Mark);
        await NoteEndAsync(old);
        return new(false, $"Process {old.Mark.Pid} ended instead of reloading; {LogTail.LastLine(logPath, 0)}", old.Mark, null);
    }

    private async Task<RestartResult> TakeOverAsync(ProcessLife old, CancellationToken stopping)
    {
        var file = unit.PidFile ?? throw new InvalidOperationException($"Unit {unit.Name} has no pid file.");
        if (await Handover.AwaitAsync(file, old, clock, stopping) is { } next)
        {
            replaced.Add(old);
            (life, bornAt, activeSince) = (next, clock.GetUtcNow(), null);
            Remember(next.Mark);
            Publish(UnitState.Active);
            LogTookOver(unit.Name, next.Mark.Pid, old.Mark.Pid);
            return new(true, $"Process {next.Mark.Pid} took over from {old.Mark.Pid}, which drains.", old.Mark, next.Mark);
        }

        var words = LogTail.LastLine(logPath, 0);
        if (!old.Ended.IsCompleted)
            return new(false, $"No new process took over within {Handover.Limit.TotalSeconds} s; process {old.Mark.Pid} still serves; {words}", old.Mark, old.Mark);
        await NoteEndAsync(old);
        return new(false, $"Process {old.Mark.Pid} ended before a new one took over; {words}", old.Mark, null);
    }

    /// <summary>Ends the processes that still drain: a restart, like systemd's, leaves none behind.</summary>
    private async Task EndReplacedAsync()
    {
        replaced.ForEach(r => r.Signal(Posix.SigTerm));
        foreach (var old in replaced)
        {
            if (!await EndsWithinAsync(old, unit.StopTimeout))
                old.KillGroup();
            if (await EndsWithinAsync(old, KillTimeout))
                old.Dispose();
        }

        replaced.Clear();
    }

    private void ForgetDrained()
    {
        foreach (var old in replaced.Where(r => r.Ended.IsCompleted).ToArray())
        {
            replaced.Remove(old);
            old.Dispose();
            LogDrained(unit.Name, old.Mark.Pid);
            Publish(published.State);
        }
    }

    [LoggerMessage(208, LogLevel.Information, "Unit {Unit}: process {Pid} took over from {Old}, which drains.")]
    private partial void LogTookOver(string unit, int pid, int old);

    [LoggerMessage(209, LogLevel.Information, "Unit {Unit}: process {Pid} has drained.")]
    private partial void LogDrained(string unit, int pid);
}
