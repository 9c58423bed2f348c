using System.Globalization;
using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Figures;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Tools;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Dumps;

/// <summary>
/// Samples the unit's processes by perf, its whole cgroup where it has one and its process tree in any case: 99 times a second, kernel and user stacks, children that begin meanwhile included. The software event cpu-clock works in
/// virtual machines, too.
/// </summary>
internal sealed class PerfRecording(AgentSettings settings)
{
    private readonly CgroupReader cgroups = new();
    private const string Program = "/usr/bin/perf";
    private const int MostProcesses = 1000;
    private const int MostTries = 5;
    private const int MostWords = 64 * 1024;
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    public async Task<DumpFindings> TakeAsync(Unit unit, ProcessMark process, int seconds, DumpFile dump, CancellationToken stopping)
    {
        var data = $"{settings.JournalPath}.{unit.Settings.Name}.perf";
        try
        {
            var cgroup = unit.Settings.CgroupPath ?? unit.Supervisor.Look().ControlGroup;
            await RecordAsync(process, () => Members(process, cgroup), seconds, data, stopping);
            var script = await Tool.RunAsync(
                [Program, "script", "--force", "--no-inline", "--input", data],
                Slack + Slack,
                async (output, cancel) => await CopyAsync(output, dump, cancel),
                stopping);
            dump.Text.End();
            if (!script.Succeeded)
                throw new ToolException($"`perf script` failed: {script.Words}");
            var lost = script.Errors.Contains("lost", StringComparison.OrdinalIgnoreCase);
            return process.Lives
                ? new(true, $"{seconds} s of samples.", lost ? Wholeness.Cut : Wholeness.Whole, process) { Warnings = lost ? [script.Errors] : [] }
                : new(false, $"Process {process.Pid} ended meanwhile; the samples reach until then.", Wholeness.Cut, null);
        }
        finally
        {
            File.Delete(data);
        }
    }

    // perf refuses the whole list when one of its processes has ended between the listing and the opening, as children of a busy server do. What was
    // there at the last try already is likelier to live; the main process alone is the last word, and its later children are sampled in any case.
    private static async Task RecordAsync(ProcessMark process, Func<IReadOnlyList<int>> members, int seconds, string data, CancellationToken stopping)
    {
        var targets = members();
        for (var tries = 1; ; tries++)
        {
            var pids = tries < MostTries ? targets : [process.Pid];
            string[] argv =
            [
                Program, "record", "--event=cpu-clock", "--freq=99", "-g", "--max-size=64M", $"--output={data}",
                $"--pid={string.Join(',', pids.Select(p => p.ToString(CultureInfo.InvariantCulture)))}",
                "--", "/bin/sleep", seconds.ToString(CultureInfo.InvariantCulture),
            ];
            var (result, _) = await Tool.TextAsync(argv, TimeSpan.FromSeconds(seconds) + Slack, MostWords, stopping);
            if (result.Succeeded)
                return;
            if (tries >= MostTries || result.TimedOut)
                throw new ToolException($"`perf record` failed: {result.Words}");
            targets = [.. members().Intersect(pids)];
        }
    }

    // Whoever left the tree by a second fork is still in the service manager's cgroup. A cgroup that does not hold the process is another's.
    private IReadOnlyList<int> Members(ProcessMark process, string? cgroup)
    {
        var together = cgroup is null ? [] : cgroups.Processes(cgroup);
        var tree = ProcTree.Of(process.Pid).Where(p => !p.IsDead).Select(p => p.Pid);
        return [.. tree.Union(together.Contains(process.Pid) ? together : []).Take(MostProcesses)];
    }

    private static async Task CopyAsync(Stream output, DumpFile dump, CancellationToken cancel)
    {
        var buffer = new byte[64 * 1024];
        while (await output.ReadAsync(buffer, cancel) is > 0 and var length)
            dump.Write(buffer.AsSpan(0, length));
    }
}
