namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// Reads goroutine dumps: pprof's text (<c>debug=1</c> and <c>debug=2</c>) and its protobuf, what Go writes on SIGABRT, SIGQUIT and panic, by itself or through a log that
/// puts something before each line, other lines between and, as journald does, leaves lines out. With gzip around it or not. Bytes of any origin end in a dump or in
/// a <see cref="GoroutineDumpFormatException"/>, in time that grows with the data.
/// </summary>
public static class GoroutineDumpReader
{
    /// <summary>Reads a dump from a stream, to its end.</summary>
    /// <exception cref="GoroutineDumpFormatException">There is no goroutine in it, or it is more than the limits allow.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static GoroutineDump Read(Stream stream, GoroutineDumpLimits? limits = null)
    {
        limits ??= new();
        var data = UnzippedBytes.ReadAvailable(stream, limits.FileBytes, limits.UnzippedBytes, Fail, out var isCut);
        return Parse(data, isCut, limits);
    }

    /// <summary>Reads a dump from memory.</summary>
    /// <exception cref="GoroutineDumpFormatException">There is no goroutine in it, or it is more than the limits allow.</exception>
    public static GoroutineDump Read(ReadOnlySpan<byte> data, GoroutineDumpLimits? limits = null)
    {
        using var stream = new MemoryStream(data.ToArray());
        return Read(stream, limits);
    }

    private static GoroutineDump Parse(ReadOnlySpan<byte> data, bool isCut, GoroutineDumpLimits limits)
    {
        if (data.IsEmpty)
            throw new GoroutineDumpFormatException(0, 0, "there is nothing to read");
        if (!PprofReader.IsText(data))
            return DumpSummary.Of(OfProfile(data, limits), default);
        if (JournalJson.Is(data))
            data = JournalJson.Unwrap(data);
        return OfText(data, isCut, limits);
    }

    // Of several dumps the last one, unless its end is missing and an earlier one has it.
    private static GoroutineDump OfText(ReadOnlySpan<byte> text, bool isCut, GoroutineDumpLimits limits)
    {
        (DumpBuilder Builder, ToldOfDump Told, int Number)? last = null, whole = null;
        var starts = DumpStarts.Of(text);
        var (lines, dumps) = (0, 0);
        for (var i = 0; i < starts.Count; i++)
        {
            var isLast = i == starts.Count - 1;
            var parser = new DumpTextParser(limits);
            lines = parser.Parse(isLast ? text : text[..starts[i + 1]], starts[i], lines);
            if (parser.Builder.Rows.Count == 0)
                continue;
            last = (parser.Builder, parser.Told(isCut && isLast), ++dumps);
            whole = last.Value.Told.End == DumpEnd.Whole ? last : whole;
        }

        if (last is not { } read)
            throw new GoroutineDumpFormatException(lines, text.Length, "there is no goroutine in it");
        if (read.Told.End == DumpEnd.CutOff && whole is { } earlier)
            read = earlier;
        return DumpSummary.Of(read.Builder, read.Told) with { Dumps = dumps, Dump = read.Number };
    }

    private static DumpBuilder OfProfile(ReadOnlySpan<byte> data, GoroutineDumpLimits limits)
    {
        try
        {
            var profile = PprofReader.Read(data, limits.Profile);
            var type = profile.FindSampleType("goroutine");
            return type >= 0
                ? ProfileGoroutines.Gather(profile, type, new DumpBuilder(limits))
                : throw new GoroutineDumpFormatException(0, 0, $"this is a profile of {profile.SampleTypes[^1].Type}, not of goroutines");
        }
        catch (PprofFormatException e)
        {
            throw new GoroutineDumpFormatException(0, e.Offset, e.Problem, e);
        }
    }

    private static GoroutineDumpFormatException Fail(long offset, string problem, Exception? inner) => new(0, offset, problem, inner);
}
