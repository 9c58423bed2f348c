using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Tools;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetConsole.Agent.Systemd;

/// <summary>
/// Lifts journald's rate limit of the listed services, by a drop-in each: done once, by who installs the agent, so that the first dump that is needed is whole.
/// Nothing that asks over the network can do this.
/// </summary>
internal static class LogLimitLift
{
    private const string Program = "/usr/bin/systemctl";
    private static readonly TimeSpan ReloadDeadline = TimeSpan.FromSeconds(90);

    /// <summary>Writes what is missing, tells a line for each service, and has systemd read it.</summary>
    /// <returns>Whether nothing is left to do but the restarts that were told.</returns>
    public static async Task<bool> RunAsync(AgentSettings settings, TextWriter words, CancellationToken cancel)
    {
        var limits = new JournalLimits(TimeProvider.System, NullLogger<JournalLimits>.Instance);
        var (well, wrote) = (true, false);
        var units = settings.Units.Values.Where(unit => unit is { Service: not null, LogPath: null }).ToList();
        if (units.Count == 0)
            await words.WriteLineAsync("No unit of the configuration writes to systemd's journal: nothing to do.");
        foreach (var unit in units)
        {
            try
            {
                var (line, written) = await LiftAsync(new Systemctl(unit.Service!), limits, cancel);
                wrote |= written;
                await words.WriteLineAsync(line);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ToolException)
            {
                well = false;
                await words.WriteLineAsync($"{unit.Service}: its limit was not lifted: {e.Message}");
            }
        }

        return well && (!wrote || await ReloadAsync(words, cancel));
    }

    private static async Task<(string Line, bool Written)> LiftAsync(Systemctl systemctl, JournalLimits limits, CancellationToken cancel)
    {
        var service = systemctl.Service;
        var state = await systemctl.ShowAsync(cancel);
        if (!JournalLog.Takes(state.ErrorsGoTo))
            return ($"{service}: writes to \"{state.ErrorsGoTo}\", so journald cuts nothing.", false);
        if (await limits.OfAsync(service, state, cancel) is not { } limit)
            throw new ToolException("journald's configuration could not be read.");
        if (!limit.CutsDumps)
            return ($"{service}: nothing to do, {limit.Burst} lines are let through.", false);

        // A file of that name that says something else is somebody's decision.
        var exists = File.Exists(limit.DropInPath);
        if (exists && await File.ReadAllTextAsync(limit.DropInPath, cancel) != limit.DropIn)
            throw new IOException($"{limit.DropInPath} exists and holds something else. Change it by hand to:\n{limit.DropIn}");
        if (!exists)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(limit.DropInPath)!);
            await File.WriteAllTextAsync(limit.DropInPath, limit.DropIn, cancel);
        }

        return ($"{service}: {limit.DropInPath} lifts the limit from the service's next restart on.", true);
    }

    private static async Task<bool> ReloadAsync(TextWriter words, CancellationToken cancel)
    {
        try
        {
            var (result, _) = await Tool.TextAsync([Program, "daemon-reload", "--no-ask-password"], ReloadDeadline, 1024, cancel);
            if (!result.Succeeded)
                await words.WriteLineAsync($"`systemctl daemon-reload` failed: {result.Words}");
            return result.Succeeded;
        }
        catch (ToolException e)
        {
            await words.WriteLineAsync($"`systemctl daemon-reload` failed: {e.Message}");
            return false;
        }
    }
}
