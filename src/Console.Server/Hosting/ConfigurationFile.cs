namespace FleetConsole.Server.Hosting;

/// <summary><c>--config FILE</c>: a deployment's own settings, laid over the defaults and under the environment's.</summary>
internal static class ConfigurationFile
{
    private const string Option = "--config";

    /// <returns>False when the file cannot be read; why is one line on <paramref name="error"/>.</returns>
    public static bool TryAddFrom(string[] args, ConfigurationManager configuration, TextWriter error)
    {
        var at = Array.IndexOf(args, Option);
        if (at < 0)
            return true;
        try
        {
            configuration.AddJsonFile(Path.GetFullPath(args.ElementAtOrDefault(at + 1) ?? ""), optional: false, reloadOnChange: false);
            configuration.AddEnvironmentVariables();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
        {
            error.WriteLine($"{Option}: {e.Message} {e.InnerException?.Message}".TrimEnd());
            return false;
        }
    }

    /// <summary>The other arguments; sub-commands have their own form and are no settings.</summary>
    public static string[] Without(string[] args)
    {
        if (args.Length > 0 && !args[0].StartsWith('-'))
            return [];
        var at = Array.IndexOf(args, Option);
        return at < 0 ? args : [.. args.Where((_, i) => i != at && i != at + 1)];
    }
}
