using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using FleetConsole.Agent.Figures;

namespace FleetConsole.Agent.Supervisors;

/// <summary>Which process: a pid alone is reused, a pid with its start is not.</summary>
/// <param name="StartTicks">Clock ticks from boot to the process's start, as in /proc/PID/stat.</param>
internal readonly record struct ProcessMark(int Pid, long StartTicks, DateTimeOffset StartedAt)
{
    public bool Lives => ProcStat.Read(Pid) is { IsDead: false } stat && stat.StartTicks == StartTicks;
}

/// <summary>How a process ended; neither is known of a process that this agent did not start.</summary>
internal readonly record struct ProcessEnd(int? ExitCode, int? Signal)
{
    public override string ToString() => (ExitCode, Signal) switch
    {
        ({ } code, _) => $"exit code {code}",
        (_, { } signal) => $"signal {signal}",
        _ => "exit status unknown, as this agent had not started it",
    };
}

/// <summary>
/// One life of a process, watched by a pidfd: a pidfd never means another process that got the same pid. A child's life owns its process
/// group and ends with it; a life that is only watched leaves everything alone.
/// </summary>
internal sealed class ProcessLife : IDisposable
{
    private static readonly TimeSpan GroupTimeout = TimeSpan.FromSeconds(10);
    private readonly int pidfd;
    private readonly Lock gate = new();
    private readonly TaskCompletionSource<ProcessEnd> end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool isChild;
    private volatile bool ownsGroup;
    private bool hasEnded;
    private bool isDisposed;

    private ProcessLife(ProcessMark mark, int pidfd, bool isChild, bool ownsGroup)
    {
        Mark = mark;
        this.pidfd = pidfd;
        this.isChild = isChild;
        this.ownsGroup = ownsGroup;
        new Thread(Watch, 128 * 1024) { IsBackground = true, Name = $"watch {mark.Pid}" }.Start();
    }

    public ProcessMark Mark { get; }

    /// <summary>Completes when the process has ended, and with it the group that it owns; with how it ended.</summary>
    public Task<ProcessEnd> Ended => end.Task;

    /// <summary>A process that this agent has just started, at the head of a group of its own.</summary>
    public static ProcessLife OfChild(int pid)
    {
        // A child that is not waited for keeps its pid, so neither call can meet another process.
        var pidfd = Posix.PidfdOpen(pid);
        if (pidfd < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"pidfd_open({pid}) failed; the agent needs Linux 5.3 or newer");
        return new ProcessLife(ProcStat.Read(pid)?.Mark() ?? new ProcessMark(pid, 0, default), pidfd, isChild: true, ownsGroup: true);
    }

    /// <summary>A unit's process that something else started: an earlier agent, or the process before it. Null when it no longer lives.</summary>
    public static ProcessLife? Adopt(int pid, long startTicks) => Open(pid, startTicks, ownsGroup: true);

    /// <summary>A process of somebody else's, watched and never touched; null when it no longer lives.</summary>
    public static ProcessLife? WatchOnly(ProcessMark mark) => Open(mark.Pid, mark.StartTicks, ownsGroup: false);

    /// <summary>Signals the process; a process that has ended already is left in peace.</summary>
    public void Signal(int signal) => _ = Posix.PidfdSendSignal(pidfd, signal);

    /// <summary>Ends the process and whatever is left of its group.</summary>
    public void KillGroup()
    {
        lock (gate)
        {
            if (!hasEnded && ownsGroup)
                _ = Posix.Kill(-Mark.Pid, Posix.SigKill);
        }
    }

    /// <summary>From now on the process's end leaves its group alone, because its successor is in it.</summary>
    public void LeaveGroup()
    {
        lock (gate)
            ownsGroup = false;
    }

    /// <summary>A life that goes on is watched to its end all the same, and lets go of its pidfd then.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (hasEnded && !isDisposed)
                _ = Posix.Close(pidfd);
            isDisposed = true;
        }
    }

    private static ProcessLife? Open(int pid, long startTicks, bool ownsGroup)
    {
        var pidfd = Posix.PidfdOpen(pid);
        if (pidfd < 0)
            return null;
        if (ProcStat.Read(pid) is { IsDead: false } stat && stat.StartTicks == startTicks)
            return new ProcessLife(stat.Mark(), pidfd, isChild: false, ownsGroup && stat.Group == pid);
        _ = Posix.Close(pidfd);
        return null;
    }

    private void Watch()
    {
        Await(pidfd, -1);

        // Before the pid is given back, so that the group cannot be another's: children must not outlive their server,
        // whose ports and repositories they may hold.
        KillGroup();
        AwaitGroup();
        ProcessEnd how;
        lock (gate)
        {
            how = isChild ? Reap() : default;
            hasEnded = true;
            if (isDisposed)
                _ = Posix.Close(pidfd);
        }

        end.SetResult(how);
    }

    // A killed process has its ports until its memory is given back. That of a child which a locked-up server was forking takes a while, and the
    // next server could not listen.
    private void AwaitGroup()
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var follower in ownsGroup ? ProcTree.Followers(Mark.Pid) : [])
        {
            var left = GroupTimeout - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero || Posix.PidfdOpen(follower.Pid) is not (>= 0 and var fd))
                continue;
            Await(fd, (int)left.TotalMilliseconds);
            _ = Posix.Close(fd);
        }
    }

    private static void Await(int pidfd, int milliseconds)
    {
        const short readable = 1;
        var poll = new Posix.PollFd { Fd = pidfd, Events = readable };
        while (Posix.Poll(ref poll, 1, milliseconds) < 0)
        {
            // Interrupted by a signal: look again.
        }
    }

    private ProcessEnd Reap()
    {
        if (Posix.WaitPid(Mark.Pid, out var status, 0) != Mark.Pid)
            return default;
        var signal = status & 0x7f;
        return signal == 0 ? new((status >> 8) & 0xff, null) : new(null, signal);
    }
}
