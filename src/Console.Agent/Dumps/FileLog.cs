using System.Globalization;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Tools;

namespace FleetConsole.Agent.Dumps;

/// <summary>A log file, which the unit writes itself, or a log writer such as svlogd for it.</summary>
internal sealed class FileLog(string path, TimeProvider clock) : IUnitLog
{
    private readonly TimeProvider clock = clock;

    public Task<ILogCapture> BeginAsync(CancellationToken cancel)
    {
        var file = Open();
        file.Seek(0, SeekOrigin.End);
        return Task.FromResult<ILogCapture>(new Capture(this, file));
    }

    public async Task<(ReadOnlyMemory<byte> Text, bool Truncated)> TailAsync(int lines, int mostBytes, CancellationToken cancel)
    {
        await using var file = Open();
        var start = Math.Max(0, file.Length - mostBytes);
        file.Seek(start, SeekOrigin.Begin);
        var buffer = new byte[file.Length - start];
        var length = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        var text = buffer.AsMemory(0, length);
        var last = LastLines(text.Span, lines);
        return (text[last..], last == 0 && start > 0);
    }

    /// <summary>Where the last so many lines begin.</summary>
    private static int LastLines(ReadOnlySpan<byte> text, int lines)
    {
        var end = text.EndsWith("\n"u8) ? text.Length - 1 : text.Length;
        for (var i = 0; i < lines; i++)
        {
            end = text[..end].LastIndexOf((byte)'\n');
            if (end < 0)
                return 0;
        }

        return end + 1;
    }

    private FileStream Open()
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"The log {path} cannot be read: {e.Message}", e);
        }
    }

    private sealed class Capture(FileLog log, FileStream file) : ILogCapture
    {
        // A log writer may be behind its server; a server that writes the file itself is not.
        private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);
        // What grows for longer is the next process's.
        private static readonly TimeSpan Behind = TimeSpan.FromSeconds(15);
        private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

        private readonly string? name = NameOf(file);
        private FileStream file = file;

        public async Task CopyAsync(ProcessMark process, DumpFile dump, CancellationToken cancel)
        {
            var begun = log.clock.GetTimestamp();
            var grew = begun;
            while (IsOn(dump, begun) && log.clock.GetElapsedTime(grew) < Quiet)
            {
                if (await CopyOnAsync(dump, begun, cancel) || Follow())
                    grew = log.clock.GetTimestamp();
                else
                    await Task.Delay(Pace, log.clock, cancel);
            }
        }

        public Task<long> DroppedAsync(CancellationToken cancel) => Task.FromResult(0L);

        public void Dispose() => file.Dispose();

        private bool IsOn(DumpFile dump, long begun) => !dump.Text.HasEnd && log.clock.GetElapsedTime(begun) < Behind;

        private async Task<bool> CopyOnAsync(DumpFile dump, long begun, CancellationToken cancel)
        {
            var buffer = new byte[64 * 1024];
            var any = false;
            while (IsOn(dump, begun) && await file.ReadAsync(buffer, cancel) is > 0 and var length)
            {
                dump.Write(buffer.AsSpan(0, length));
                any = true;
            }

            return any;
        }

        // A log writer that turns its log over renames the file it has written and begins a new one under the old name.
        private bool Follow()
        {
            if (NameOf(file) == name)
                return false;
            var next = log.Open();
            file.Dispose();
            file = next;
            return true;
        }

        private static string? NameOf(FileStream file) =>
            new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}")).LinkTarget;
    }
}
