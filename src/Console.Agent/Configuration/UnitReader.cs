namespace FleetConsole.Agent.Configuration;

/// <summary>Reads and checks the units of the configuration.</summary>
internal sealed class UnitReader(string directory, Action<string, string> report)
{
    private readonly ConfiguredPaths paths = new(directory, report);
    private int problems;

    public static string Quote(string? text) => text is null ? "nothing" : $"\"{SettingsReader.OneLine(text)}\"";

    public static UnitActions Actions(List<string>? names, string key, Action<string, string> report)
    {
        var actions = UnitActions.None;
        if (names is null or { Count: 0 })
            report(key, $"must list at least one of {ActionNames.All}.");
        foreach (var name in names ?? [])
        {
            var action = ActionNames.Parse(name);
            if (action == UnitActions.None)
                report(key, $"{Quote(name)} is none of {ActionNames.All}.");
            actions |= action;
        }

        return actions;
    }

    public Dictionary<string, UnitSettings> Read(Dictionary<string, UnitEntry?>? entries)
    {
        var units = new Dictionary<string, UnitSettings>(StringComparer.Ordinal);
        if (entries is null or { Count: 0 })
            Report("Units", "must name at least one unit.");
        foreach (var (name, entry) in entries ?? [])
        {
            if (name.Length is 0 or > 64 || name[0] is '.' or '-' || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@'))
                Report($"Units:{name}", "a unit's name is 1 to 64 of [A-Za-z0-9._@-] and does not begin with a dot or a dash.");
            else if (Unit(name, $"Units:{name}", entry ?? new(null, null, null, null, null, null, null, null, null, null, null, null, null)) is { } unit)
                units.Add(name, unit);
        }

        foreach (var twice in units.Values.GroupBy(u => u.CgroupId, StringComparer.Ordinal).Where(g => g.Count() > 1))
            Report($"Units:{twice.Last().Name}:CgroupId", $"\"{twice.Key}\" is the id of {string.Join(" and ", twice.Select(u => u.Name))}; each unit needs its own.");
        return units;
    }

    private UnitSettings? Unit(string name, string key, UnitEntry entry)
    {
        var before = problems;
        var service = Service(name, entry, $"{key}:Supervisor");
        var command = service is null ? Command(entry.Command, $"{key}:Command") : [];
        var work = Path.GetFullPath(entry.WorkingDirectory ?? ".", directory);
        if (!Directory.Exists(work))
            Report($"{key}:WorkingDirectory", $"{work} does not exist.");
        var log = service is not null && entry.LogPath is null ? null : In(entry.LogPath, $"{key}:LogPath");
        var pidFile = entry.PidFile is null ? null : In(entry.PidFile, $"{key}:PidFile");
        var actions = Actions(entry.Actions, $"{key}:Actions", Report);
        var reload = Reload(entry, actions, service, $"{key}:Reload");
        var pprof = Pprof(entry.PprofUrl, actions, $"{key}:PprofUrl");
        CheckCgroup(entry, key);
        var stop = Seconds(entry.StopTimeoutSeconds ?? 10, 600, $"{key}:StopTimeoutSeconds");
        var delay = Seconds(entry.RestartDelaySeconds ?? 1, 60, $"{key}:RestartDelaySeconds");
        var abort = Seconds(entry.AbortTimeoutSeconds ?? 60, 600, $"{key}:AbortTimeoutSeconds");
        if (problems > before)
            return null;
        var id = entry.CgroupId ?? entry.CgroupPath ?? (service is null ? $"/{name}" : $"/system.slice/{service}");
        return new UnitSettings(name, service, command, work, log, pidFile, reload, pprof, id, entry.CgroupPath?.TrimEnd('/'), actions, stop, delay, abort);
    }

    /// <summary>systemd's name of the unit; null without systemd.</summary>
    private string? Service(string name, UnitEntry entry, string key)
    {
        if (entry.Supervisor == "child-process")
            return null;
        if (entry.Supervisor != "systemd")
        {
            Report(key, $"must be \"child-process\" or \"systemd\", not {Quote(entry.Supervisor)}.");
            return null;
        }

        string[] foreign = [.. Foreign(entry.Command, "Command"), .. Foreign(entry.WorkingDirectory, "WorkingDirectory"), .. Foreign(entry.PidFile, "PidFile")];
        if (foreign.Length > 0)
            Report(key, $"\"systemd\" starts the service by its unit file; take out {string.Join(", ", foreign)}.");
        return name.EndsWith(".service", StringComparison.Ordinal) ? name : $"{name}.service";
    }

    private static string[] Foreign(object? value, string name) => value is null ? [] : [name];

    private List<string> Command(List<string>? command, string key)
    {
        if (command is null or { Count: 0 } || command.Any(a => a is null || a.Contains('\0', StringComparison.Ordinal)))
        {
            Report(key, "must be the program's path and its arguments.");
            return [];
        }

        if (!command[0].Contains('/', StringComparison.Ordinal))
        {
            Report(key, $"\"{command[0]}\" must be a path (absolute, or relative to this file); PATH is not searched.");
            return [];
        }

        var program = Path.GetFullPath(command[0], directory);
        if (!File.Exists(program))
            Report(key, $"{program} does not exist.");
        return [program, .. command.Skip(1)];
    }

    private ReloadKind Reload(UnitEntry entry, UnitActions actions, string? service, string key)
    {
        var kind = entry.Reload switch
        {
            "in-place" => ReloadKind.InPlace,
            "handover" => ReloadKind.Handover,
            _ => ReloadKind.None,
        };
        if (entry.Reload is not null && kind == ReloadKind.None)
            Report(key, $"must be \"in-place\" or \"handover\", not {Quote(entry.Reload)}.");
        else if (kind == ReloadKind.None && actions.HasFlag(UnitActions.Reload))
            Report(key, "must be \"in-place\" or \"handover\", because the unit allows the action \"reload\".");
        else if (kind == ReloadKind.Handover && service is null && entry.PidFile is null)
            Report(key, "\"handover\" needs PidFile, where the server writes the pid of the process that has taken over.");
        return kind;
    }

    private Uri? Pprof(string? text, UnitActions actions, string key)
    {
        if (text is null)
        {
            // Of the dumps only one needs pprof, and says so when it is asked for.
            if (actions.HasFlag(UnitActions.Profile))
                Report(key, "must be set, because the unit allows the action \"profile\".");
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0)
            return uri;
        Report(key, $"must be an http address, not {Quote(text)}.");
        return null;
    }

    private void CheckCgroup(UnitEntry entry, string key)
    {
        if (entry.CgroupPath is { } cgroup && (!cgroup.StartsWith('/') || cgroup.Length < 2 || cgroup.Split('/').Contains("..")))
            Report($"{key}:CgroupPath", "must be the unit's own cgroup as /proc/PID/cgroup shows it, such as /system.slice/gitaly.service.");
        if (entry.CgroupId is { Length: 0 })
            Report($"{key}:CgroupId", "must not be empty; leave the key out to get the cgroup's path or the unit's name.");
    }

    private TimeSpan Seconds(int seconds, int most, string key)
    {
        if (seconds < 1 || seconds > most)
            Report(key, $"must be 1 to {most}, not {seconds}.");
        return TimeSpan.FromSeconds(seconds);
    }

    private string? In(string? path, string key)
    {
        var full = paths.InDirectory(path, key);
        problems += full is null ? 1 : 0;
        return full;
    }

    private void Report(string key, string problem)
    {
        problems++;
        report(key, problem);
    }
}
