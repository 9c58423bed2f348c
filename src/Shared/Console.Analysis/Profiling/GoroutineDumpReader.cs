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
        var parser = new DumpTextParser(limits);
        parser.Parse(data);
        if (parser.Builder.Rows.Count == 0)
            throw new GoroutineDumpFormatException(parser.Lines, data.Length, "there is no goroutine in it");
        return DumpSummary.Of(parser.Builder, parser.Told(isCut));
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
