using System.Runtime.InteropServices;
using System.Text.Json;
using FleetConsole.Agent.Supervisors;

namespace FleetConsole.Agent.Commands;

/// <summary>
/// The append-only record of what this agent was told and did: JSON lines, each on the disk before <see cref="Append"/> returns. The file is opened for every
/// line, so that a journal that was moved or replaced under a running agent is noticed instead of written into the void.
/// </summary>
internal sealed partial class Journal(string path, ILogger<Journal> logger)
{
    private const int OpenDirectory = 0x10000; // O_RDONLY | O_DIRECTORY

    // Who asked for what and why is nobody else's on the host.
    private static readonly FileStreamOptions ToAppend = new()
    {
        Mode = FileMode.OpenOrCreate,
        Access = FileAccess.ReadWrite,
        Share = FileShare.ReadWrite,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    private readonly Lock gate = new();

    /// <summary>Every whole line, oldest first. A line that is not whole, such as the last one of an agent that was killed while writing, is skipped.</summary>
    /// <exception cref="IOException">The journal exists and cannot be read.</exception>
    public IReadOnlyList<JournalLine> Read()
    {
        var lines = new List<JournalLine>();
        if (!Path.Exists(path))
            return lines;
        foreach (var (number, text) in File.ReadLines(path).Index())
        {
            try
            {
                if (text.Length > 0 && JsonSerializer.Deserialize(text, JournalJson.Default.JournalLine) is { } line)
                    lines.Add(line);
            }
            catch (JsonException e)
            {
                LogTornLine(path, number + 1, e.Message);
            }
        }

        return lines;
    }

    /// <exception cref="JournalException">The line may not be on the disk: whatever it announces must not happen.</exception>
    public void Append(JournalLine line)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(line, JournalJson.Default.JournalLine);
        lock (gate)
        {
            try
            {
                var isNew = !File.Exists(path);
                using (var file = new FileStream(path, ToAppend))
                    Write(file, json);
                if (isNew)
                    SyncDirectory();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new JournalException($"The journal {path} cannot be written: {e.Message}", e);
            }
        }
    }

    private static void Write(FileStream file, byte[] json)
    {
        file.Seek(0, SeekOrigin.End);
        byte[] line = [.. EndsTorn(file) ? "\n"u8 : [], .. json, .. "\n"u8];
        file.Seek(0, SeekOrigin.End);
        file.Write(line);
        file.Flush(flushToDisk: true);
    }

    private static bool EndsTorn(FileStream file)
    {
        if (file.Length == 0)
            return false;
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() != '\n';
    }

    // A new file is only as durable as its directory's entry.
    private void SyncDirectory()
    {
        var directory = Posix.Open(Path.GetDirectoryName(path) ?? "/", OpenDirectory);
        if (directory < 0)
            throw new IOException($"its directory cannot be opened: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        var error = Posix.Fsync(directory) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = Posix.Close(directory);
        if (error != 0)
            throw new IOException($"its directory cannot be synced: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    [LoggerMessage(400, LogLevel.Warning, "Journal {Path}: line {Line} is not whole and was skipped ({Problem}).")]
    private partial void LogTornLine(string path, int line, string problem);
}

internal sealed class JournalException(string message, Exception cause) : IOException(message, cause);
