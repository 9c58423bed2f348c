using System.Globalization;
using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Figures;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Tools;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Dumps;

/// <summary>
/// Samples the unit's processes by perf: 99 times a second, kernel and user stacks, children that begin meanwhile included. The software event cpu-clock works in
/// virtual machines, too.
/// </summary>
internal sealed class PerfRecording(AgentSettings settings)
{
    private const string Program = "/usr/bin/perf";
    private const int MostProcesses = 1000;
    private const int MostWords = 64 * 1024;
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    public async Task<DumpFindings> TakeAsync(UnitSettings unit, ProcessMark process, int seconds, DumpFile dump, CancellationToken stopping)
    {
        var data = $"{settings.JournalPath}.{unit.Name}.perf";
        try
        {
            await RecordAsync(process, seconds, data, stopping);
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

    private static async Task RecordAsync(ProcessMark process, int seconds, string data, CancellationToken stopping)
    {
        var pids = string.Join(',', ProcTree.Of(process.Pid).Take(MostProcesses).Select(p => p.Pid.ToString(CultureInfo.InvariantCulture)));
        string[] argv =
        [
            Program, "record", "--quiet", "--event=cpu-clock", "--freq=99", "-g", "--max-size=64M", $"--output={data}", $"--pid={pids}",
            "--", "/bin/sleep", seconds.ToString(CultureInfo.InvariantCulture),
        ];
        var (result, _) = await Tool.TextAsync(argv, TimeSpan.FromSeconds(seconds) + Slack, MostWords, stopping);
        if (!result.Succeeded)
            throw new ToolException($"`perf record` failed: {result.Words}");
    }

    private static async Task CopyAsync(Stream output, DumpFile dump, CancellationToken cancel)
    {
        var buffer = new byte[64 * 1024];
        while (await output.ReadAsync(buffer, cancel) is > 0 and var length)
            dump.Write(buffer.AsSpan(0, length));
    }
}
