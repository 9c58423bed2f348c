using System.Globalization;
using FleetConsole.Agent.Figures;

namespace FleetConsole.Agent.Supervisors;

/// <summary>
/// A graceful upgrade without a service manager: on SIGHUP the server starts its successor, which writes its pid to the unit's pid file when it serves. Only
/// a descendant of the server is believed, whatever the file says.
/// </summary>
internal static class Handover
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    /// <summary>The successor, once it serves; null when none came, or the server ended first.</summary>
    public static async Task<ProcessLife?> AwaitAsync(string pidFile, ProcessLife old, TimeProvider clock, CancellationToken stopping)
    {
        var start = clock.GetTimestamp();
        while (!old.Ended.IsCompleted && !stopping.IsCancellationRequested && clock.GetElapsedTime(start) < Limit)
        {
            if (Named(pidFile) is { } pid && pid != old.Mark.Pid && ProcTree.Of(old.Mark.Pid).FirstOrDefault(p => p.Pid == pid) is { Pid: > 0 } found
                && ProcessLife.Adopt(pid, found.StartTicks) is { } next)
            {
                if (found.Group == old.Mark.Pid)
                    old.LeaveGroup();
                return next;
            }

            await Task.WhenAny(old.Ended, Task.Delay(Pace, clock, CancellationToken.None));
        }

        return null;
    }

    private static int? Named(string pidFile)
    {
        try
        {
            return int.TryParse(File.ReadAllText(pidFile).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 1 ? pid : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // Not written yet; without it the handover fails in time, and says so.
        }
    }
}
