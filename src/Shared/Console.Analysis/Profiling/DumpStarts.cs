using System.Text;

namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// Finds where dumps begin in a text. A journal has the panic of this morning before the SIGABRT of now, and their goroutines are those of two processes.
/// </summary>
internal static class DumpStarts
{
    // Of panics within panics the first counts; of so many none is one.
    private const int MostPending = 8;

    private static readonly byte[][] s_causes =
        [.. new[] { "SIGABRT: abort", "SIGQUIT: quit", "fatal error: ", "panic: ", "SIGSEGV: " }.Select(Encoding.UTF8.GetBytes)];

    private static readonly byte[] s_counted = "goroutine profile: total "u8.ToArray();

    // debug=2 begins with the goroutine that writes it.
    private static readonly byte[] s_written = "runtime/pprof.writeGoroutineStacks("u8.ToArray();

    private static readonly byte[][] s_marks = [.. s_causes, s_counted, s_written];

    /// <summary>What ended a process, as Go's own lines begin.</summary>
    public static IReadOnlyList<byte[]> Causes => s_causes;

    /// <summary>Offsets of the lines at which dumps begin, ascending; the first is 0, whatever stands there. Takes time that grows with the text.</summary>
    public static List<int> Of(ReadOnlySpan<byte> text)
    {
        var starts = new List<int> { 0 };
        var next = new int[s_marks.Length];
        Array.Fill(next, -1);
        for (var from = 0; from < text.Length;)
        {
            for (var i = 0; i < next.Length; i++)
            {
                if (next[i] < from)
                    next[i] = text[from..].IndexOf(s_marks[i]) is >= 0 and var found ? from + found : text.Length;
            }

            var at = next.Min();
            from = at == text.Length ? at : Follow(text, LineStart(text, at), starts);
        }

        return starts;
    }

    // From the line of a mark to the goroutine that follows it. That one has to come before any stack goes on, and behind the same prefix: a server that survives a panic
    // logs it among other words, or in the middle of a dump.
    private static int Follow(ReadOnlySpan<byte> text, int start, List<int> starts)
    {
        var pending = new List<(int Start, int Mark)>();
        var isRuntimes = false;
        while (start < text.Length)
        {
            var line = LineAt(text, start);
            var next = start + line.Length + 1;
            if (line.IndexOf(s_counted) >= 0)
                return Begin(starts, start, next);
            if (line.IndexOf(s_written) >= 0)
                return Begin(starts, HeaderOfWriter(text, start, next), next);
            isRuntimes |= line.IndexOf("runtime stack:"u8) >= 0;
            switch (DumpLine.Of(line).Kind)
            {
                case DumpLineKind.Header:
                    return Begin(starts, FirstLike(pending, text, line[..line.IndexOf("goroutine "u8)]), next);
                case DumpLineKind.Function or DumpLineKind.Place or DumpLineKind.CreatedBy when !isRuntimes:
                    return next;
            }

            if (MarkIn(line) is >= 0 and var mark && !IsRelay(text[..start]))
                pending.Add((start, start + mark));
            if (pending.Count > MostPending)
                pending.RemoveAt(0);
            start = next;
        }

        return start;
    }

    private static int Begin(List<int> starts, int start, int next)
    {
        if (start > starts[^1])
            starts.Add(start);
        return next;
    }

    // The line before, where pprof writes it: in a crash, which may come while somebody takes such a dump, places have the frame's address.
    private static int HeaderOfWriter(ReadOnlySpan<byte> text, int start, int next)
    {
        var header = LineStart(text, Math.Max(0, start - 1));
        var line = DumpLine.Of(text[header..start].TrimEnd((byte)'\n'));
        var isPprofs = line.Kind == DumpLineKind.Header && line.Text.SequenceEqual("running"u8) && LineAt(text, next).IndexOf(" fp=0x"u8) < 0;
        return isPprofs ? header : 0;
    }

    private static int MarkIn(ReadOnlySpan<byte> line)
    {
        foreach (var cause in s_causes)
        {
            if (line.IndexOf(cause) is >= 0 and var at)
                return at;
        }

        return -1;
    }

    private static int FirstLike(List<(int Start, int Mark)> pending, ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix)
    {
        foreach (var (start, mark) in pending)
        {
            if (IsLike(text[start..mark], prefix))
                return start;
        }

        return 0;
    }

    // What a log puts before its lines differs in times and numbers alone.
    private static bool IsLike(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        while (true)
        {
            one = one.TrimStart("0123456789abcdef"u8);
            other = other.TrimStart("0123456789abcdef"u8);
            if (one.IsEmpty || other.IsEmpty)
                return one.IsEmpty && other.IsEmpty;
            if (one[0] != other[0])
                return false;
            one = one[1..];
            other = other[1..];
        }
    }

    // With GOTRACEBACK=crash each thread writes its signal again, after a line of five hyphens.
    private static bool IsRelay(ReadOnlySpan<byte> before)
    {
        for (var i = 0; i < 2 && !before.IsEmpty; i++)
        {
            before = before[..^1];
            var line = before[LineStart(before, before.Length)..];
            if (line.TrimEnd(" \r"u8).EndsWith("-----"u8))
                return true;
            before = before[..^line.Length];
        }

        return false;
    }

    private static ReadOnlySpan<byte> LineAt(ReadOnlySpan<byte> text, int start)
    {
        var rest = text[Math.Min(start, text.Length)..];
        return rest.IndexOf((byte)'\n') is >= 0 and var length ? rest[..length] : rest;
    }

    private static int LineStart(ReadOnlySpan<byte> text, int at) => 1 + text[..at].LastIndexOf((byte)'\n');
}
