using System.ComponentModel;
using System.Threading.Channels;
using FleetConsole.Agent.Configuration;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Supervisors;

/// <summary>
/// Runs the unit's command as a child. One loop owns the process: it starts it, waits for its end, an order to restart it or the agent's
/// end, whichever comes first, so no two of them can meet. A process left behind by a killed agent is adopted as it is.
/// </summary>
internal sealed partial class ChildProcessSupervisor(
    UnitSettings unit, PidFile pidFile, ChangeSignal changes, TimeProvider clock, ILogger<ChildProcessSupervisor> logger)
    : IUnitSupervisor
{
    // A process that ends sooner than this did not start.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KillTimeout = TimeSpan.FromSeconds(10);

    // Longer than the longest back-off.
    private static readonly TimeSpan NextTimeout = TimeSpan.FromSeconds(90);

    private readonly Channel<Order> orders = Channel.CreateUnbounded<Order>();
    private readonly BackOff backOff = new(unit.RestartDelay);
    private readonly string logPath = unit.LogPath ?? throw new ArgumentException("A child process needs a log.", nameof(unit));

    // The loop writes these; Look only reads the published look.
    private ProcessLife? life;
    private DateTimeOffset bornAt;
    private TimeSpan pause;
    private int restarts;
    private DateTimeOffset? activeSince;
    private volatile UnitLook published = new(UnitState.Starting, null, 0);

    public Supervisor Kind => Supervisor.ChildProcess;

    public UnitLook Look() => published;

    public Task<UnitLook> LookNowAsync(CancellationToken cancel) => Task.FromResult(published);

    public Task<RestartResult> RestartAsync() => GiveAsync(isReload: false);

    public Task<RestartResult> ReloadAsync() => GiveAsync(isReload: true);

    /// <summary>The loop starts the next one by itself, so this only waits for it.</summary>
    public async Task<RestartResult> AwaitNextAsync(ProcessMark ended)
    {
        var start = clock.GetTimestamp();
        while (clock.GetElapsedTime(start) < NextTimeout)
        {
            var changed = changes.Next;
            if (published is { State: UnitState.Active, Process: { } next } && next != ended)
                return new(true, $"Process {next.Pid} was started in the place of {ended.Pid}.", ended, next);
            await Task.WhenAny(changed, Task.Delay(Grace, clock));
        }

        return new(false, $"Within {NextTimeout.TotalSeconds} s no new process stayed; {LogTail.LastLine(logPath, 0)}", ended, published.Process);
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        if (!Adopt())
            Begin();
        while (!stopping.IsCancellationRequested)
        {
            using var turn = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var settled = published.State == UnitState.Starting ? Task.Delay(Grace, clock, turn.Token) : Task.Delay(Timeout.Infinite, turn.Token);
            Task next = life is null ? Task.Delay(pause, clock, turn.Token) : life.Ended;
            await Task.WhenAny([next, settled, orders.Reader.WaitToReadAsync(turn.Token).AsTask(), .. replaced.Select(r => r.Ended)]);
            await turn.CancelAsync();
            ForgetDrained();
            if (stopping.IsCancellationRequested)
                break;
            if (orders.Reader.TryRead(out var order))
                order.Done.SetResult(order.IsReload ? await CarryOutReloadAsync(stopping) : await CarryOutAsync(stopping));
            else if (life is null && next.IsCompletedSuccessfully)
                BeginAgain();
            else if (life is { Ended.IsCompleted: true })
                await NoteEndAsync(life);
            else if (settled.IsCompletedSuccessfully)
                Publish(UnitState.Active);
        }

        await EndAsync();
    }

    private async Task<RestartResult> CarryOutAsync(CancellationToken stopping)
    {
        var before = life?.Mark;
        await EndReplacedAsync();
        if (life is not null && !await StopAsync(life))
            return new(false, $"Process {life.Mark.Pid} did not end, not even on SIGKILL; it still runs. Look at the host.", before, before);
        if (stopping.IsCancellationRequested)
            return AgentEnds(before);
        var logged = LogTail.Length(logPath);
        backOff.Reset();
        if (Begin() is { } problem)
            return new(false, $"The old process was stopped, but the supervisor {problem}. It tries again by itself.", before, null);
        var begun = life ?? throw new InvalidOperationException("A start without a problem gave no process.");
        await Task.WhenAny(begun.Ended, Task.Delay(Grace, clock, stopping));
        if (!begun.Ended.IsCompleted)
        {
            Publish(UnitState.Active);
            return new(true, $"Process {begun.Mark.Pid} runs in the place of {before?.Pid.ToString() ?? "none"}.", before, begun.Mark);
        }

        var how = await begun.Ended;
        await NoteEndAsync(begun);
        return new(false, $"The new process {begun.Mark.Pid} ended at once ({how}); {LogTail.LastLine(logPath, logged)}", before, null);
    }

    private async Task<RestartResult> GiveAsync(bool isReload)
    {
        var order = new Order(isReload, new(TaskCreationOptions.RunContinuationsAsynchronously));
        return orders.Writer.TryWrite(order) ? await order.Done.Task : AgentEnds(null);
    }

    private bool Adopt()
    {
        try
        {
            life = pidFile.FindLife();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogPidFile(unit.Name, e.Message);
        }

        if (life is null)
            return false;
        bornAt = clock.GetUtcNow();
        Publish(UnitState.Active);
        LogAdopted(unit.Name, life.Mark.Pid);
        return true;
    }

    private void BeginAgain()
    {
        if (Begin() is null)
        {
            restarts++;
            Publish(UnitState.Starting);
        }
    }

    /// <returns>Null, or why no process could be started.</returns>
    private string? Begin()
    {
        try
        {
            life = ProcessLife.OfChild(Spawner.Start(unit));
        }
        catch (Win32Exception e)
        {
            pause = backOff.After(TimeSpan.Zero);
            Publish(UnitState.Failed);
            LogNotStarted(unit.Name, e.Message, pause);
            return e.Message;
        }

        bornAt = clock.GetUtcNow();
        Remember(life.Mark);
        Publish(UnitState.Starting);
        LogStarted(unit.Name, life.Mark.Pid);
        return null;
    }

    private async Task NoteEndAsync(ProcessLife ended)
    {
        var how = await ended.Ended;
        Forget();
        pause = backOff.After(clock.GetUtcNow() - bornAt);
        Publish(UnitState.Restarting);
        LogEnded(unit.Name, ended.Mark.Pid, how, pause);
    }

    private async Task<bool> StopAsync(ProcessLife running)
    {
        Publish(UnitState.Stopping);
        running.Signal(Posix.SigTerm);
        if (!await EndsWithinAsync(running, unit.StopTimeout))
        {
            LogKill(unit.Name, running.Mark.Pid, unit.StopTimeout);
            running.KillGroup();
            if (!await EndsWithinAsync(running, KillTimeout))
            {
                LogUndead(unit.Name, running.Mark.Pid);
                Publish(UnitState.Active);
                return false;
            }
        }

        LogStopped(unit.Name, running.Mark.Pid, await running.Ended);
        Forget();
        return true;
    }

    private async Task<bool> EndsWithinAsync(ProcessLife running, TimeSpan limit)
    {
        using var done = new CancellationTokenSource();
        var first = await Task.WhenAny(running.Ended, Task.Delay(limit, clock, done.Token));
        await done.CancelAsync();
        return first == running.Ended;
    }

    private async Task EndAsync()
    {
        orders.Writer.Complete();
        await EndReplacedAsync();
        if (life is not null)
            await StopAsync(life);
        while (orders.Reader.TryRead(out var order))
            order.Done.SetResult(AgentEnds(null));
    }

    private void Remember(ProcessMark mark)
    {
        try
        {
            pidFile.Write(mark);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogPidFile(unit.Name, e.Message);
        }
    }

    private void Forget()
    {
        life?.Dispose();
        life = null;
        try
        {
            pidFile.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogPidFile(unit.Name, e.Message);
        }
    }

    private void Publish(UnitState state)
    {
        activeSince = state == UnitState.Active ? activeSince ?? clock.GetUtcNow() : null;
        published = new(state, life?.Mark, restarts) { ActiveSince = activeSince, Draining = [.. replaced.Select(r => r.Mark)] };
        changes.Pulse();
    }

    private static RestartResult AgentEnds(ProcessMark? before) =>
        new(false, "The agent is ending, and its units with it; nothing was started. Start the agent again.", before, null);

    [LoggerMessage(200, LogLevel.Information, "Unit {Unit}: process {Pid} started.")]
    private partial void LogStarted(string unit, int pid);

    [LoggerMessage(201, LogLevel.Information, "Unit {Unit}: process {Pid}, left by an earlier agent, adopted.")]
    private partial void LogAdopted(string unit, int pid);

    [LoggerMessage(202, LogLevel.Warning, "Unit {Unit}: process {Pid} ended by itself ({How}); the next start is in {Pause}.")]
    private partial void LogEnded(string unit, int pid, ProcessEnd how, TimeSpan pause);

    [LoggerMessage(203, LogLevel.Information, "Unit {Unit}: process {Pid} stopped ({How}).")]
    private partial void LogStopped(string unit, int pid, ProcessEnd how);

    [LoggerMessage(204, LogLevel.Warning, "Unit {Unit}: process {Pid} did not end on SIGTERM within {Limit}; SIGKILL follows.")]
    private partial void LogKill(string unit, int pid, TimeSpan limit);

    [LoggerMessage(205, LogLevel.Error, "Unit {Unit}: process {Pid} did not end on SIGKILL.")]
    private partial void LogUndead(string unit, int pid);

    [LoggerMessage(206, LogLevel.Error, "Unit {Unit}: {Problem}; the next try is in {Pause}.")]
    private partial void LogNotStarted(string unit, string problem, TimeSpan pause);

    [LoggerMessage(207, LogLevel.Error, "Unit {Unit}: the pid file failed, so a later agent could not adopt the process: {Problem}")]
    private partial void LogPidFile(string unit, string problem);

    private sealed record Order(bool IsReload, TaskCompletionSource<RestartResult> Done);
}
