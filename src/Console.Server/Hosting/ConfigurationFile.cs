namespace FleetConsole.Server.Hosting;

/// <summary><c>--config FILE</c>: a deployment's own settings, laid over the defaults and under the environment's.</summary>
internal static class ConfigurationFile
{
    private const string Option = "--config";

    public static void AddFrom(string[] args, ConfigurationManager configuration)
    {
        var at = Array.IndexOf(args, Option);
        if (at < 0 || at + 1 >= args.Length)
            return;
        configuration.AddJsonFile(Path.GetFullPath(args[at + 1]), optional: false, reloadOnChange: false);
        configuration.AddEnvironmentVariables();
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
