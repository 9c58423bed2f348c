using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;

namespace FleetConsole.Analysis.Profiling;

/// <summary>What a dump's text says of itself.</summary>
/// <param name="HasMinutes">Whether it says how long goroutines wait.</param>
/// <param name="MissingLines">At least.</param>
internal readonly record struct ToldOfDump(DumpEnd End, string? Cause, bool HasMinutes, int MissingLines);

/// <summary>Walks over the lines of a dump.</summary>
internal sealed class DumpTextParser(GoroutineDumpLimits limits)
{
    private const int LongestCause = 200;

    private long _total = -1;
    private long _suppressed;
    private string _cause = "";
    private bool _isSignal, _hasRegisters, _isInLine;

    public DumpBuilder Builder { get; } = new(limits);

    /// <summary>Reads the lines of one dump.</summary>
    /// <param name="text">The whole text, up to the end of the dump.</param>
    /// <param name="start">Where the dump begins.</param>
    /// <param name="lines">How many lines come before it.</param>
    /// <returns>How many lines the text has.</returns>
    public int Parse(ReadOnlySpan<byte> text, int start, int lines)
    {
        while (start < text.Length)
        {
            var end = text[start..].IndexOf((byte)'\n');
            var line = end < 0 ? text[start..] : text.Slice(start, end);
            lines++;
            Take(line, new(lines, start));
            _isInLine = end < 0 && !line.IsEmpty;
            start = end < 0 ? text.Length : start + end + 1;
        }

        _isInLine |= Builder.IsInFrame;
        Builder.End(new(lines, text.Length));
        return lines;
    }

    /// <param name="isCut">Whether the file ended before its gzip did.</param>
    public ToldOfDump Told(bool isCut) => new(End(isCut), _cause, _total < 0, (int)Math.Min(int.MaxValue, Builder.Gaps + _suppressed));

    // A text without a newline at its end may have been copied so; a frame without its place was not.
    private DumpEnd End(bool isCut)
    {
        if (_total >= 0)
            return Builder.Rows.Sum(row => (long)row.Count) >= _total ? DumpEnd.Whole : DumpEnd.CutOff;
        if (_isSignal)
            return _hasRegisters ? DumpEnd.Whole : DumpEnd.CutOff;
        return isCut || _isInLine ? DumpEnd.CutOff : DumpEnd.NotTold;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Take(ReadOnlySpan<byte> text, Position at)
    {
        if (_total >= 0 && TakeCounted(text, at))
            return;
        var line = DumpLine.Of(text);
        switch (line.Kind)
        {
            case DumpLineKind.Header:
                Builder.Begin(line.Number, line.Text, 1, at);
                break;
            case DumpLineKind.Function:
                Builder.Add(line.Text, line.Rest, at);
                break;
            case DumpLineKind.Place:
                Builder.Place(line.Text, line.Number, at);
                break;
            case DumpLineKind.CreatedBy:
                Builder.AddCreator(line.Text, at);
                break;
            case DumpLineKind.Unavailable:
                Builder.MarkUnavailable();
                break;
            case DumpLineKind.Ancestor:
                Builder.End(at);
                break;
            case DumpLineKind.Other when !text.IsEmpty:
                TakeOther(text, at);
                break;
        }
    }

    private void TakeOther(ReadOnlySpan<byte> text, Position at)
    {
        if (Builder.Rows.Count == 0 && !Builder.IsOpen)
        {
            if (text.IndexOf("goroutine profile: total "u8) is >= 0 and var found && Utf8Parser.TryParse(text[(found + "goroutine profile: total "u8.Length)..], out long total, out _))
                _total = total;
            else if (!_isSignal)
                TakeCause(text);
        }
        else if (_isSignal && IsLastRegister(text))
        {
            _hasRegisters = true;
            Builder.End(at);
        }

        if (text.IndexOf("Suppressed "u8) is >= 0 and var at2 && text.IndexOf(" messages from "u8) > at2 && Utf8Parser.TryParse(text[(at2 + "Suppressed "u8.Length)..], out int dropped, out _))
            _suppressed += Math.Max(0, dropped);
    }

    private void TakeCause(ReadOnlySpan<byte> text)
    {
        foreach (var cause in DumpStarts.Causes)
        {
            var at = text.IndexOf(cause);
            if (at < 0)
                continue;
            _cause = Encoding.UTF8.GetString(text.Slice(at, Math.Min(LongestCause, text.Length - at))).TrimEnd();
            _isSignal = _cause.StartsWith("SIGABRT", StringComparison.Ordinal) || _cause.StartsWith("SIGQUIT", StringComparison.Ordinal);
            return;
        }
    }

    // runtime/signal_*.go: "gs" is the last register on amd64, "fault" on arm64.
    private static bool IsLastRegister(ReadOnlySpan<byte> text)
    {
        var value = text.LastIndexOf(" 0x"u8);
        if (value <= 0)
            return false;
        var name = text[..value].TrimEnd((byte)' ');
        return (name.EndsWith("gs"u8) && (name.Length == 2 || name[^3] == ' ')) || (name.EndsWith("fault"u8) && (name.Length == 5 || name[^6] == ' '));
    }

    // "27 @ 0x43c916 0x44d87e", then "#\t0x469c64\tsync.(*Mutex).Lock+0x35\t\t/usr/lib/go/src/sync/mutex.go:90".
    private bool TakeCounted(ReadOnlySpan<byte> text, Position at)
    {
        if (text.IndexOf("#\t0x"u8) is >= 0 and var frame)
        {
            var rest = text[(frame + "#\t0x"u8.Length)..];
            var name = rest[(rest.IndexOf((byte)'\t') + 1)..];
            var plus = name.IndexOf("+0x"u8);
            var place = DumpLine.Of(text);
            if (plus > 0 && place.Kind == DumpLineKind.Place)
            {
                Builder.Add(name[..plus], default, at);
                Builder.Place(place.Text, place.Number, at);
            }

            return true;
        }

        if (text.IndexOf(" @ 0x"u8) is not (> 0 and var mark))
            return false;
        var start = 1 + text[..mark].LastIndexOfAny((byte)' ', (byte)'\t');
        if (!Utf8Parser.TryParse(text[start..mark], out int count, out _) || count <= 0)
            return false;
        Builder.Begin(0, default, count, at);
        return true;
    }
}
