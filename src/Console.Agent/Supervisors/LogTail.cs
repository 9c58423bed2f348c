using System.Text;

namespace FleetConsole.Agent.Supervisors;

/// <summary>The last line that a process wrote, for the message that says why it did not stay.</summary>
internal static class LogTail
{
    private const int Window = 4096;
    private const int Longest = 300;

    public static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>The last line written since the log was <paramref name="from"/> bytes long, or a word that there is none.</summary>
    public static string LastLine(string path, long from)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(Math.Clamp(from, Math.Max(0, file.Length - Window), file.Length), SeekOrigin.Begin);
            var buffer = new byte[Window];
            var length = file.ReadAtLeast(buffer, Window, throwOnEndOfStream: false);
            var lines = Encoding.UTF8.GetString(buffer, 0, length).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return lines.Length == 0 ? "it wrote nothing to its log" : $"its log ends with: {Printable(lines[^1])}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"its log cannot be read: {e.Message}";
        }
    }

    private static string Printable(string line) => string.Concat(line.Take(Longest).Select(c => char.IsControl(c) ? ' ' : c));
}
