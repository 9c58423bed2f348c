using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Figures;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Tools;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Systemd;

/// <summary>
/// A service that systemd keeps running. This looks at it every two seconds, and at once when its main process ends; it starts and stops nothing
/// by itself, and the end of the agent means nothing to the service.
/// </summary>
internal sealed partial class SystemdSupervisor(
    UnitSettings unit, Systemctl systemctl, JournalLimits limits, ChangeSignal changes, TimeProvider clock, ILogger<SystemdSupervisor> logger)
    : IUnitSupervisor, IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FastPace = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan HandoverTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly DrainingProcesses draining = new();
    private volatile UnitLook published = new(UnitState.Unspecified, null, 0);
    private ServiceState? state;
    private long lookedAt;
    private int acting;
    private ProcessLife? watched;
    private string problem = "";

    public Supervisor Kind => Supervisor.Systemd;

    public UnitLook Look() => published;

    public async Task<UnitLook> LookNowAsync(CancellationToken cancel) => (await SeeAsync(cancel)).Look;

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            // Whoever acts on the unit looks at it, too; a second look in the middle of a restart would only slow it down.
            if (Volatile.Read(ref acting) == 0)
                await TryLookAsync(stopping);
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var life = watched;
            await Task.WhenAny(Task.Delay(Pace, clock, pause.Token), life?.Ended ?? Task.Delay(Timeout.Infinite, pause.Token));
            await pause.CancelAsync();
            if (life is { Ended.IsCompleted: true } && Interlocked.CompareExchange(ref watched, null, life) == life)
                life.Dispose();
        }
    }

    public Task<RestartResult> RestartAsync() => ActAsync(RestartNowAsync);

    public Task<RestartResult> ReloadAsync() => ActAsync(ReloadNowAsync);

    /// <summary>The end of the process may still be news to systemd, so a service that runs it is only looked at again.</summary>
    public Task<RestartResult> AwaitNextAsync(ProcessMark ended) => ActAsync(() => FromTheJobOnAsync(ended, () => FollowAsync(ended)));

    public void Dispose() => turn.Dispose();

    private async Task<RestartResult> ActAsync(Func<Task<RestartResult>> act)
    {
        Interlocked.Increment(ref acting);
        try
        {
            return await act();
        }
        finally
        {
            Interlocked.Decrement(ref acting);
        }
    }

    private async Task<RestartResult> RestartNowAsync()
    {
        var (before, service) = await SeeBeforeAsync();
        return await FromTheJobOnAsync(before.Process, async () =>
        {
            var job = await systemctl.DoAsync("restart", service);
            var (after, now) = await SeeAsync(CancellationToken.None);
            return job.Succeeded && after.Process is { } process && process != before.Process
                ? new(true, $"Process {process.Pid} runs in the place of {before.Process?.Pid.ToString() ?? "none"}.", before.Process, process)
                : new(false, WhyNot("restart", job, now), before.Process, after.Process, now.Outcome) { IsUndecided = job.TimedOut };
        });
    }

    // From here on the process may be another one, whatever goes wrong with looking at it.
    private static async Task<RestartResult> FromTheJobOnAsync(ProcessMark? before, Func<Task<RestartResult>> act)
    {
        try
        {
            return await act();
        }
        catch (ToolException e)
        {
            return new(false, $"{e.Message} What was done cannot be told; the unit's status tells.", before, null) { IsUndecided = true };
        }
    }

    private async Task<RestartResult> ReloadNowAsync()
    {
        var (before, service) = await SeeAsync(CancellationToken.None);
        if (before.Process is not { } old)
            return new(false, "No process runs, so there is nothing to reload; restart the unit.", null, null, service.Outcome);
        return await FromTheJobOnAsync(old, () => ReloadNowAsync(old, service));
    }

    private async Task<RestartResult> ReloadNowAsync(ProcessMark old, ServiceState service)
    {
        var job = await systemctl.DoAsync("reload", service);
        var (after, now) = await SeeAsync(CancellationToken.None);
        if (!job.Succeeded)
            return new(false, WhyNot("reload", job, now), old, after.Process, now.Outcome) { IsUndecided = job.TimedOut };
        if (unit.Reload == ReloadKind.InPlace)
        {
            return after.Process == old
                ? new(true, $"Process {old.Pid} has reloaded.", old, old)
                : new(false, $"Process {old.Pid} ended instead of reloading.", old, after.Process, now.Outcome);
        }

        // The old process may be gone before systemd has heard of the new one.
        (after, now) = await SeeUntilAsync(s => IsNext(s.Look, old) || s.Look.State != UnitState.Active, HandoverTimeout);
        return IsNext(after, old)
            ? new(true, $"Process {after.Process?.Pid} took over from {old.Pid}, which drains.", old, after.Process)
            : new(false, $"No new process took over within {HandoverTimeout.TotalSeconds} s; the old one {(old.Lives ? "still serves" : "has ended")}. The unit's log says why.", old, after.Process, now.Outcome);
    }

    private async Task<RestartResult> FollowAsync(ProcessMark ended)
    {
        var (_, service) = await SeeAsync(CancellationToken.None);
        var limit = Sum(service.RestartDelay, service.StartTimeout, service.StopTimeout);
        var (look, now) = await SeeUntilAsync(s => IsNext(s.Look, ended) || IsOver(s.Look), limit);
        if (IsOver(look) && now.LastResult != ServiceState.StartLimitHit)
        {
            var job = await systemctl.DoAsync("start", now);
            (look, now) = await SeeAsync(CancellationToken.None);
            return IsNext(look, ended)
                ? new(true, $"Process {look.Process?.Pid} runs; systemd would not start it by itself, so the agent did.", ended, look.Process)
                : new(false, WhyNot("start", job, now), ended, look.Process, now.Outcome);
        }

        return IsNext(look, ended)
            ? new(true, $"systemd started process {look.Process?.Pid} in the place of {ended.Pid}.", ended, look.Process)
            : new(false, IsOver(look) ? StartLimit() : $"Within {limit.TotalSeconds} s systemd started no process; the unit is {now.ActiveState} ({now.SubState}).", ended, null, now.Outcome);
    }

    private static bool IsNext(UnitLook look, ProcessMark ended) => look.State == UnitState.Active && look.Process is { } p && p != ended;

    private static bool IsOver(UnitLook look) => look.State is UnitState.Failed or UnitState.Inactive;

    private async Task TryLookAsync(CancellationToken stopping)
    {
        try
        {
            await SeeAsync(stopping);
            problem = "";
        }
        catch (ToolException e)
        {
            // Told once, not every two seconds.
            if (problem != e.Message)
                LogNotSeen(unit.Name, problem = e.Message);
            published = new(UnitState.Unspecified, null, 0) { ServiceResult = "unknown" };
            changes.Pulse();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The loop ends.
        }
    }

    // The last look is at most two seconds old, and older than its process's end it cannot be: good enough for what was there before, and
    // a restart is faster by one look.
    private async Task<(UnitLook Look, ServiceState Service)> SeeBeforeAsync() =>
        state is { } seen && published is { State: UnitState.Active, Process: { Lives: true } } look ? (look, seen) : await SeeAsync(CancellationToken.None);

    private async Task<(UnitLook Look, ServiceState Service)> SeeUntilAsync(Func<(UnitLook Look, ServiceState Service), bool> condition, TimeSpan limit)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            var seen = await SeeAsync(CancellationToken.None);
            if (condition(seen) || clock.GetElapsedTime(start) > limit)
                return seen;
            await Task.Delay(FastPace, clock);
        }
    }

    private async Task<(UnitLook Look, ServiceState Service)> SeeAsync(CancellationToken cancel)
    {
        var asked = clock.GetTimestamp();
        await turn.WaitAsync(cancel);
        try
        {
            // Another caller's look that began after this one asked is as good as its own.
            if (state is not null && lookedAt > asked)
                return (published, state);
            lookedAt = clock.GetTimestamp();
            var seen = await systemctl.ShowAsync(cancel);
            await PublishAsync(seen, cancel);
            return (published, state = seen);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task PublishAsync(ServiceState seen, CancellationToken cancel)
    {
        var process = seen.MainPid > 0 && ProcStat.Read(seen.MainPid) is { IsDead: false } stat ? stat.Mark() : (ProcessMark?)null;
        draining.Note(published.Process, process);
        if (process is { } running && watched?.Mark != running)
            Interlocked.Exchange(ref watched, ProcessLife.WatchOnly(running))?.Dispose();

        published = new(seen.State, process, seen.Restarts)
        {
            ActiveSince = seen.State == UnitState.Active ? seen.ActiveSince : null,
            SubState = seen.SubState,
            ServiceResult = seen.Outcome,
            ControlGroup = seen.ControlGroup.Length > 1 ? seen.ControlGroup : null,
            Draining = draining.Living(),
            LogRateLimit = unit.LogPath is null && JournalLog.Takes(seen.ErrorsGoTo) ? await limits.OfAsync(systemctl.Service, seen, cancel) : null,
        };
        changes.Pulse();
    }

    private static TimeSpan Sum(params ReadOnlySpan<TimeSpan> spans)
    {
        var sum = TimeSpan.FromSeconds(30);
        foreach (var span in spans)
            sum = span < LongestWait ? sum + span : LongestWait;
        return sum < LongestWait ? sum : LongestWait;
    }

    private string WhyNot(string verb, ToolResult job, ServiceState now)
    {
        if (now.LastResult == ServiceState.StartLimitHit)
            return StartLimit();
        var words = job.Succeeded ? "its job was done" : job.Words;
        return $"`systemctl {verb} {systemctl.Service}`: {words}. The unit is {now.ActiveState} ({now.SubState}, {now.Outcome}){(job.TimedOut ? ", and systemd may still be at it" : "")}; `journalctl -u {systemctl.Service}` says more.";
    }

    private string StartLimit() =>
        $"systemd refuses to start {systemctl.Service}: it was started too often (start-limit-hit). Run `systemctl reset-failed {systemctl.Service}` on the host, then restart it.";

    [LoggerMessage(210, LogLevel.Error, "Unit {Unit}: {Problem}")]
    private partial void LogNotSeen(string unit, string problem);
}
