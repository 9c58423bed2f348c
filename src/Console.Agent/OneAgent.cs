namespace FleetConsole.Agent;

/// <summary>Holds a lock beside the journal while the agent lives: two agents on one journal would start two servers.</summary>
internal static class OneAgent
{
    /// <exception cref="IOException">Another agent holds it, or the lock file cannot be made.</exception>
    public static FileStream Lock(string journalPath)
    {
        var path = journalPath + ".lock";
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new IOException($"another agent uses the journal {journalPath} ({path} is locked).", e);
        }
    }
}

internal static partial class StartLog
{
    [LoggerMessage(1, LogLevel.Information, "Listening on {Addresses}.")]
    public static partial void Listening(ILogger logger, string addresses);
}
