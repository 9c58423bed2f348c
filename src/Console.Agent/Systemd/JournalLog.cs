using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FleetConsole.Agent.Dumps;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Tools;

namespace FleetConsole.Agent.Systemd;

/// <summary>A service's output in systemd's journal, read by journalctl.</summary>
internal sealed partial class JournalLog(Systemctl systemctl) : IUnitLog
{
    private const string Program = "/usr/bin/journalctl";

    // SD_MESSAGE_JOURNAL_DROPPED of sd-messages.h.
    private const string Dropped = "MESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e";
    private const int MostWords = 1024 * 1024;
    private static readonly TimeSpan ShortDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongDeadline = TimeSpan.FromMinutes(2);

    /// <summary>Whether a StandardError= setting means the journal.</summary>
    public static bool Takes(string target) => target is "journal" or "journal+console" or "syslog" or "syslog+console" or "kmsg" or "kmsg+console";

    public async Task<ILogCapture> BeginAsync(CancellationToken cancel)
    {
        var service = await systemctl.ShowAsync(cancel);
        if (!Takes(service.ErrorsGoTo))
            throw new ToolException($"{systemctl.Service} writes its standard error to \"{service.ErrorsGoTo}\", not to the journal; name the file as LogPath.");
        var words = await ReadAsync(["--lines=0", "--show-cursor"], cancel);
        var cursor = CursorLine().Match(words) is { Success: true } match ? match.Groups[1].Value : "";
        return new Capture(systemctl.Service, cursor);
    }

    public async Task<(ReadOnlyMemory<byte> Text, bool Truncated)> TailAsync(int lines, int mostBytes, CancellationToken cancel)
    {
        var tail = new ByteTail(mostBytes);
        string[] argv =
        [
            Program, "--quiet", "--no-pager", "--output=short-iso-precise", $"--unit={systemctl.Service}",
            string.Create(CultureInfo.InvariantCulture, $"--lines={lines}"),
        ];
        Check(await Tool.RunAsync(argv, ShortDeadline, tail.ReadAsync, cancel));
        return (tail.Bytes, tail.IsCut);
    }

    private static async Task<string> ReadAsync(string[] arguments, CancellationToken cancel)
    {
        var (result, output) = await Tool.TextAsync([Program, "--quiet", "--no-pager", .. arguments], ShortDeadline, MostWords, cancel);
        Check(result);
        return output;
    }

    private static void Check(ToolResult result)
    {
        if (!result.Succeeded)
            throw new ToolException($"journalctl failed: {result.Words}");
    }

    [GeneratedRegex("^-- cursor: (\\S+)$", RegexOptions.Multiline)]
    private static partial Regex CursorLine();

    [GeneratedRegex("^Suppressed ([0-9]+) messages from (\\S+)$", RegexOptions.Multiline)]
    private static partial Regex SuppressedLine();

    private sealed class Capture(string service, string cursor) : ILogCapture
    {
        public async Task CopyAsync(ProcessMark process, DumpFile dump, CancellationToken cancel)
        {
            // journald takes what is in its sockets before it answers.
            var (synced, _) = await Tool.TextAsync([Program, "--sync"], LongDeadline, MostWords, cancel);
            Check(synced);
            await ReadSinceAsync(
                [$"_SYSTEMD_UNIT={service}", string.Create(CultureInfo.InvariantCulture, $"_PID={process.Pid}")],
                message =>
                {
                    dump.Write(message);
                    dump.Write("\n"u8);
                },
                cancel);
        }

        public async Task<long> DroppedAsync(CancellationToken cancel)
        {
            var dropped = 0L;
            await ReadSinceAsync([Dropped], message => dropped += Suppressed(Encoding.UTF8.GetString(message)), cancel);
            return dropped;
        }

        public void Dispose()
        {
            // A cursor holds nothing.
        }

        // Not --after-cursor: with a match, journalctl 252 leaves out the first entry after the cursor, because it counts on the cursor's own to match.
        private async Task ReadSinceAsync(string[] matches, Action<ReadOnlySpan<byte>> take, CancellationToken cancel)
        {
            string[] since = cursor.Length > 0 ? [$"--cursor={cursor}"] : [];
            string[] argv = [Program, "--quiet", "--no-pager", "--output=json", "--all", "--output-fields=MESSAGE", .. since, .. matches];
            Check(await Tool.RunAsync(argv, LongDeadline, (output, stop) => JournalRecords.ReadMessagesAsync(output, cursor, take, stop), cancel));
        }

        private long Suppressed(string message) => SuppressedLine().Match(message) is { Success: true } match && match.Groups[2].Value == service
            ? long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : 0;
    }
}
