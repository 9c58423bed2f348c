using System.Text.Json;

namespace FleetConsole.Agent.Configuration;

/// <summary>Reads and checks the configuration file. Every problem names its key; all of them are told at once.</summary>
internal sealed class SettingsReader
{
    private readonly List<string> problems = [];
    private readonly string directory;

    private SettingsReader(string directory) => this.directory = directory;

    /// <summary>The settings, or null and at least one problem.</summary>
    public static AgentSettings? Read(string path, out IReadOnlyList<string> problems)
    {
        var full = Path.GetFullPath(path);
        var reader = new SettingsReader(Path.GetDirectoryName(full) ?? "/");
        problems = reader.problems;
        var file = reader.Parse(full);
        return file is null ? null : reader.Check(file);
    }

    private AgentFile? Parse(string path)
    {
        try
        {
            var file = JsonSerializer.Deserialize(File.ReadAllBytes(path), AgentFileJson.Default.AgentFile);
            if (file is null)
                Report("--config", $"{path} holds null, not an object.");
            return file;
        }
        catch (JsonException e)
        {
            var key = (e.Path ?? "$").TrimStart('$', '.').Replace('.', ':');
            Report(key.Length > 0 ? key : "--config", $"{path} line {e.LineNumberInFile()}: {OneLine(e.Message)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Report("--config", OneLine(e.Message));
        }

        return null;
    }

    private AgentSettings? Check(AgentFile file)
    {
        var listen = Addresses.Parse(file.Listen, "Listen", Report);
        var metrics = Addresses.ParseLoopback(file.MetricsListen, "MetricsListen", Report);
        var tls = TlsFilesReader.Read(
            FileAt(file.Certificate, "Certificate"), FileAt(file.Key, "Key"), FileAt(file.ClientCa, "ClientCa"), Report);
        var journal = PathIn(file.JournalPath, "JournalPath");
        var clients = Clients(file.Clients);
        var units = Units(file.Units);
        return problems.Count > 0 || listen is null || tls is null || journal is null
            ? null
            : new AgentSettings(listen, metrics, tls, journal, clients, units);
    }

    private List<ClientSettings> Clients(List<ClientEntry?>? entries)
    {
        var clients = new List<ClientSettings>();
        if (entries is null or { Count: 0 })
            Report("Clients", "must list at least one client; without one nobody could ask anything.");
        foreach (var (i, entry) in (entries ?? []).Index())
        {
            var key = $"Clients:{i}";
            var actions = Actions(entry?.Actions, $"{key}:Actions");
            if (entry?.San is not { Length: > 0 } san || Uri.CheckHostName(san) != UriHostNameType.Dns)
                Report($"{key}:San", "must be the DNS name in the client's certificate.");
            else if (clients.Any(c => string.Equals(c.San, san, StringComparison.OrdinalIgnoreCase)))
                Report($"{key}:San", $"\"{san}\" is listed twice.");
            else
                clients.Add(new ClientSettings(san, actions));
        }

        return clients;
    }

    private Dictionary<string, UnitSettings> Units(Dictionary<string, UnitEntry?>? entries)
    {
        var units = new Dictionary<string, UnitSettings>(StringComparer.Ordinal);
        if (entries is null or { Count: 0 })
            Report("Units", "must name at least one unit.");
        foreach (var (name, entry) in entries ?? [])
        {
            if (name.Length is 0 or > 64 || name.StartsWith('.') || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@'))
                Report($"Units:{name}", "a unit's name is 1 to 64 of [A-Za-z0-9._@-] and does not begin with a dot.");
            else if (Unit(name, entry ?? new(null, null, null, null, null, null, null, null, null, null)) is { } unit)
                units.Add(name, unit);
        }

        foreach (var twice in units.Values.GroupBy(u => u.CgroupId, StringComparer.Ordinal).Where(g => g.Count() > 1))
            Report($"Units:{twice.Last().Name}:CgroupId", $"\"{twice.Key}\" is the id of {string.Join(" and ", twice.Select(u => u.Name))}; each unit needs its own.");
        return units;
    }

    private UnitSettings? Unit(string name, UnitEntry entry)
    {
        var key = $"Units:{name}";
        var before = problems.Count;
        CheckSupervisor(entry.Supervisor, $"{key}:Supervisor");
        var command = Command(entry.Command, $"{key}:Command");
        var work = Path.GetFullPath(entry.WorkingDirectory ?? ".", directory);
        if (!Directory.Exists(work))
            Report($"{key}:WorkingDirectory", $"{work} does not exist.");
        var log = PathIn(entry.LogPath, $"{key}:LogPath");
        var actions = Actions(entry.Actions, $"{key}:Actions");
        var pprof = Pprof(entry.PprofUrl, actions, $"{key}:PprofUrl");
        if (entry.CgroupPath is { } cgroup && (!cgroup.StartsWith('/') || cgroup.Length < 2 || cgroup.Split('/').Contains("..")))
            Report($"{key}:CgroupPath", "must be the unit's own cgroup as /proc/PID/cgroup shows it, such as /system.slice/gitaly.service.");
        if (entry.CgroupId is { Length: 0 })
            Report($"{key}:CgroupId", "must not be empty; leave the key out to get the cgroup's path or the unit's name.");
        var stop = Seconds(entry.StopTimeoutSeconds ?? 10, 600, $"{key}:StopTimeoutSeconds");
        var delay = Seconds(entry.RestartDelaySeconds ?? 1, 60, $"{key}:RestartDelaySeconds");
        if (problems.Count > before || log is null)
            return null;
        var id = entry.CgroupId ?? entry.CgroupPath ?? $"/{name}";
        return new UnitSettings(name, command, work, log, pprof, id, entry.CgroupPath?.TrimEnd('/'), actions, stop, delay);
    }

    private void CheckSupervisor(string? supervisor, string key)
    {
        if (supervisor == "systemd")
            Report(key, "\"systemd\" is not supported by this version of the agent; use \"child-process\".");
        else if (supervisor != "child-process")
            Report(key, $"must be \"child-process\", not {Quote(supervisor)}.");
    }

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

    private Uri? Pprof(string? text, UnitActions actions, string key)
    {
        if (text is null)
        {
            if (actions.HasFlag(UnitActions.Profile))
                Report(key, "must be set, because the unit allows the action \"profile\".");
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0)
            return uri;
        Report(key, $"must be an http address, not {Quote(text)}.");
        return null;
    }

    private UnitActions Actions(List<string>? names, string key)
    {
        var actions = UnitActions.None;
        if (names is null or { Count: 0 })
            Report(key, "must list at least one of status, restart, profile.");
        foreach (var name in names ?? [])
        {
            var action = name switch
            {
                "status" => UnitActions.Status,
                "restart" => UnitActions.Restart,
                "profile" => UnitActions.Profile,
                _ => UnitActions.None,
            };
            if (action == UnitActions.None)
                Report(key, $"{Quote(name)} is none of status, restart, profile.");
            actions |= action;
        }

        return actions;
    }

    private TimeSpan Seconds(int seconds, int most, string key)
    {
        if (seconds < 1 || seconds > most)
            Report(key, $"must be 1 to {most}, not {seconds}.");
        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary>A file that is there already.</summary>
    private string? FileAt(string? path, string key)
    {
        var full = path is { Length: > 0 } ? Path.GetFullPath(path, directory) : null;
        if (full is null)
            Report(key, "must be set.");
        else if (!File.Exists(full))
            Report(key, $"{full} does not exist.");
        else
            return full;
        return null;
    }

    /// <summary>A file that may come into being, in a directory that is there already.</summary>
    private string? PathIn(string? path, string key)
    {
        var full = path is { Length: > 0 } ? Path.GetFullPath(path, directory) : null;
        if (full is null)
            Report(key, "must be set.");
        else if (!Directory.Exists(Path.GetDirectoryName(full)))
            Report(key, $"the directory of {full} does not exist.");
        else
            return full;
        return null;
    }

    private void Report(string key, string problem) => problems.Add($"{OneLine(key)}: {problem}");

    private static string Quote(string? text) => text is null ? "nothing" : $"\"{OneLine(text)}\"";

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}

file static class JsonExceptions
{
    /// <summary>The line as an editor counts it.</summary>
    public static long LineNumberInFile(this JsonException e) => (e.LineNumber ?? 0) + 1;
}
