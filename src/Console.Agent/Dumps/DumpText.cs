using System.Text;
using System.Text.RegularExpressions;

namespace FleetConsole.Agent.Dumps;

/// <summary>
/// Counts lines and goroutines of a dump while it passes, and looks for the beginning and the end of what Go writes on SIGABRT: "SIGABRT: abort" first, the
/// registers last (runtime/signal_*.go: "gs" is the last one on amd64, "fault" on arm64). A log writer's prefix before each line is no obstacle.
/// </summary>
internal sealed partial class DumpText
{
    // No line that is looked for is longer; the rest of a longer one is counted and not looked at.
    private const int LongestLine = 512;

    private readonly byte[] line = new byte[LongestLine];
    private int length;
    private bool isInLine;

    public long Bytes { get; private set; }

    public long Lines { get; private set; }

    public long Goroutines { get; private set; }

    public bool HasAbort { get; private set; }

    public bool HasEnd { get; private set; }

    public void Take(ReadOnlySpan<byte> data)
    {
        Bytes += data.Length;
        while (!data.IsEmpty)
        {
            var newline = data.IndexOf((byte)'\n');
            var part = newline < 0 ? data : data[..newline];
            var kept = part[..Math.Min(part.Length, LongestLine - length)];
            kept.CopyTo(line.AsSpan(length));
            length += kept.Length;
            isInLine = true;
            if (newline < 0)
                return;
            EndLine();
            data = data[(newline + 1)..];
        }
    }

    /// <summary>Counts a last line without a newline.</summary>
    public void End()
    {
        if (isInLine)
            EndLine();
    }

    private void EndLine()
    {
        Lines++;
        var text = line.AsSpan(0, length);
        (length, isInLine) = (0, false);
        if (text.IndexOf("goroutine "u8) >= 0)
            Goroutines += GoroutineLine().IsMatch(Encoding.Latin1.GetString(text)) ? 1 : 0;
        else if (text.IndexOf("SIGABRT: abort"u8) >= 0)
            HasAbort = true;
        else if (HasAbort && text.IndexOf(" 0x"u8) >= 0)
            HasEnd |= LastRegisterLine().IsMatch(Encoding.Latin1.GetString(text));
    }

    [GeneratedRegex(@"(^|\s)goroutine \d+ (gp=\S+ m=\S+ (mp=\S+ )?)?\[[^\]]*\]:\s*$")]
    private static partial Regex GoroutineLine();

    [GeneratedRegex(@"(^|\s)(gs|fault)\s+0x[0-9a-f]+\s*$")]
    private static partial Regex LastRegisterLine();
}
