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
        var paths = new ConfiguredPaths(directory, Report);
        var listen = Addresses.Parse(file.Listen, "Listen", Report);
        var metrics = Addresses.ParseLoopback(file.MetricsListen, "MetricsListen", Report);
        var tls = TlsFilesReader.Read(
            paths.Existing(file.Certificate, "Certificate"), paths.Existing(file.Key, "Key"), paths.Existing(file.ClientCa, "ClientCa"), Report);
        var journal = paths.InDirectory(file.JournalPath, "JournalPath");
        var units = new UnitReader(directory, Report).Read(file.Units);
        var clients = Clients(file.Clients, file.Units ?? []);
        return problems.Count > 0 || listen is null || tls is null || journal is null
            ? null
            : new AgentSettings(listen, metrics, tls, journal, clients, units);
    }

    private List<ClientSettings> Clients(List<ClientEntry?>? entries, Dictionary<string, UnitEntry?> units)
    {
        var clients = new List<ClientSettings>();
        if (entries is null or { Count: 0 })
            Report("Clients", "must list at least one client; without one nobody could ask anything.");
        foreach (var (i, entry) in (entries ?? []).Index())
        {
            var key = $"Clients:{i}";
            var actions = UnitReader.Actions(entry?.Actions, $"{key}:Actions", Report);
            foreach (var stranger in (entry?.Units ?? []).Where(u => !units.ContainsKey(u)))
                Report($"{key}:Units", $"{UnitReader.Quote(stranger)} is not one of Units.");
            if (entry?.San is not { Length: > 0 } san || Uri.CheckHostName(san) != UriHostNameType.Dns)
                Report($"{key}:San", "must be the DNS name in the client's certificate.");
            else if (clients.Any(c => string.Equals(c.San, san, StringComparison.OrdinalIgnoreCase)))
                Report($"{key}:San", $"\"{san}\" is listed twice.");
            else
                clients.Add(new ClientSettings(san, actions, entry.Units));
        }

        return clients;
    }

    private void Report(string key, string problem) => problems.Add($"{OneLine(key)}: {problem}");

    public static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}

file static class JsonExceptions
{
    /// <summary>The line as an editor counts it.</summary>
    public static long LineNumberInFile(this JsonException e) => (e.LineNumber ?? 0) + 1;
}
