using System.Buffers;

namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// Reads profiles as <c>runtime/pprof</c>, perf converters and others write them: profile.proto, with gzip around it or not. Bytes of any origin end in a
/// profile or in a <see cref="PprofFormatException"/>, within the limits' memory and in time that grows with the data.
/// </summary>
public static class PprofReader
{
    private const int LongestLook = 64;

    private static readonly SearchValues<byte> s_text = SearchValues.Create([.. "\t\r\n"u8, .. Enumerable.Range(' ', '~' - ' ' + 1).Select(character => (byte)character)]);

    /// <summary>Reads a profile from a stream, to its end.</summary>
    /// <exception cref="PprofFormatException">It is no profile, is damaged, or is more than the limits allow.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static PprofProfile Read(Stream stream, PprofLimits? limits = null)
    {
        limits ??= new();
        return Parse(UnzippedBytes.Read(stream, limits.FileBytes, limits.UnzippedBytes, Fail), limits);
    }

    /// <summary>Reads a profile from memory.</summary>
    /// <exception cref="PprofFormatException">It is no profile, is damaged, or is more than the limits allow.</exception>
    public static PprofProfile Read(ReadOnlySpan<byte> data, PprofLimits? limits = null)
    {
        limits ??= new();
        if (UnzippedBytes.IsGzip(data))
        {
            using var stream = new MemoryStream(data.ToArray());
            return Read(stream, limits);
        }

        if (data.Length > limits.UnzippedBytes)
            throw new PprofFormatException(limits.UnzippedBytes, $"there are more than {limits.UnzippedBytes} bytes");
        return Parse(data, limits);
    }

    private static PprofProfile Parse(ReadOnlySpan<byte> data, PprofLimits limits)
    {
        if (data.IsEmpty)
            throw new PprofFormatException(0, "there is nothing to read");
        if (IsText(data[..Math.Min(data.Length, LongestLook)]))
            throw new PprofFormatException(0, "this is text and no profile");
        return PprofDecoder.Decode(data, PprofCounts.Of(data, limits), limits);
    }

    // A profile's first bytes are tags and lengths, some of them control characters that no text has.
    private static bool IsText(ReadOnlySpan<byte> start) => start.IndexOfAnyExcept(s_text) < 0;

    private static PprofFormatException Fail(long offset, string problem, Exception? inner) => new(offset, problem, inner);
}
