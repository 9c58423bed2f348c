namespace FleetConsole.Server.Shell;

/// <summary>A file that was named on the command line is not what the command reads. The message names it and what to do next.</summary>
internal sealed class UnreadableFileException(string message, Exception? inner = null) : Exception(message, inner);
