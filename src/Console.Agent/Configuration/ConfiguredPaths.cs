namespace FleetConsole.Agent.Configuration;

/// <summary>Paths of the configuration: absolute, or relative to its file.</summary>
internal sealed class ConfiguredPaths(string directory, Action<string, string> report)
{
    /// <summary>A file that is there already.</summary>
    public string? Existing(string? path, string key)
    {
        var full = path is { Length: > 0 } ? Path.GetFullPath(path, directory) : null;
        if (full is null)
            report(key, "must be set.");
        else if (!File.Exists(full))
            report(key, $"{full} does not exist.");
        else
            return full;
        return null;
    }

    /// <summary>A file that may come into being, in a directory that is there already.</summary>
    public string? InDirectory(string? path, string key)
    {
        var full = path is { Length: > 0 } ? Path.GetFullPath(path, directory) : null;
        if (full is null)
            report(key, "must be set.");
        else if (!Directory.Exists(Path.GetDirectoryName(full)))
            report(key, $"the directory of {full} does not exist.");
        else
            return full;
        return null;
    }
}
