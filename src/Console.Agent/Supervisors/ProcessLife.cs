using System.ComponentModel;
using System.Runtime.InteropServices;
using FleetConsole.Agent.Figures;

namespace FleetConsole.Agent.Supervisors;

/// <summary>Which process: a pid alone is reused, a pid with its start is not.</summary>
/// <param name="StartTicks">Clock ticks from boot to the process's start, as in /proc/PID/stat.</param>
internal readonly record struct ProcessMark(int Pid, long StartTicks, DateTimeOffset StartedAt);

/// <summary>
/// One life of a unit's main process, started or adopted by this agent, watched by a pidfd: a pidfd never means another process that got the same pid.
/// </summary>
internal sealed class ProcessLife : IDisposable
{
    private readonly int pidfd;
    private readonly TaskCompletionSource<string> end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProcessLife(ProcessMark mark, int pidfd, bool adopted)
    {
        Mark = mark;
        this.pidfd = pidfd;
        IsAdopted = adopted;
        new Thread(Watch, 128 * 1024) { IsBackground = true, Name = $"watch {mark.Pid}" }.Start();
    }

    public ProcessMark Mark { get; }

    public bool IsAdopted { get; }

    /// <summary>Completes when the process has ended, with how it ended ("exit code 1").</summary>
    public Task<string> Ended => end.Task;

    /// <summary>A process that this agent has just started.</summary>
    public static ProcessLife OfChild(int pid)
    {
        // A child that is not waited for keeps its pid, so neither call can meet another process.
        var pidfd = Posix.PidfdOpen(pid);
        if (pidfd < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"pidfd_open({pid}) failed; the agent needs Linux 5.3 or newer");
        return new ProcessLife(ProcStat.Read(pid)?.Mark() ?? new ProcessMark(pid, 0, default), pidfd, adopted: false);
    }

    /// <summary>A process that an earlier agent started; null when it no longer lives.</summary>
    public static ProcessLife? Adopt(int pid, long startTicks)
    {
        var pidfd = Posix.PidfdOpen(pid);
        if (pidfd < 0)
            return null;
        if (ProcStat.Read(pid) is { IsDead: false } stat && stat.StartTicks == startTicks)
            return new ProcessLife(stat.Mark(), pidfd, adopted: true);
        _ = Posix.Close(pidfd);
        return null;
    }

    /// <summary>Signals the process; a process that has ended already is left in peace.</summary>
    public void Signal(int signal) => _ = Posix.PidfdSendSignal(pidfd, signal);

    /// <summary>Ends the process and whatever is left of its group.</summary>
    public void KillGroup() => _ = Posix.Kill(-Mark.Pid, Posix.SigKill);

    public void Dispose()
    {
        if (Ended.IsCompleted)
            _ = Posix.Close(pidfd);
    }

    private void Watch()
    {
        const short readable = 1;
        var poll = new Posix.PollFd { Fd = pidfd, Events = readable };
        while (Posix.Poll(ref poll, 1, -1) < 0)
        {
            // Interrupted by a signal: look again.
        }

        // Before the pid is given back, so that the group cannot be another's: children must not outlive their server,
        // whose ports and repositories they may hold.
        KillGroup();
        end.SetResult(IsAdopted ? "exit status unknown, as an earlier agent had started it" : Reap());
    }

    private string Reap()
    {
        if (Posix.WaitPid(Mark.Pid, out var status, 0) != Mark.Pid)
            return "exit status lost";
        var signal = status & 0x7f;
        return signal == 0 ? $"exit code {(status >> 8) & 0xff}" : $"signal {signal}";
    }
}
