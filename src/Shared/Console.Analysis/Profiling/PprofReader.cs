using System.Buffers;
using System.Text.Unicode;

namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// Reads profiles as <c>runtime/pprof</c>, perf converters and others write them: profile.proto, with gzip around it or not. Bytes of any origin end in a
/// profile or in a <see cref="PprofFormatException"/>, within the limits' memory and in time that grows with the data.
/// </summary>
public static class PprofReader
{
    private const int LongestLook = 64;

    // All but tab, newline, carriage return, and the escape of coloured logs.
    private static readonly SearchValues<byte> s_controls = SearchValues.Create([.. Enumerable.Range(0, 32).Where(value => value is not (9 or 10 or 13 or 27)).Select(value => (byte)value)]);

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
        if (IsText(data))
            throw new PprofFormatException(0, "this is text and no profile");
        return PprofDecoder.Decode(data, PprofCounts.Of(data, limits), limits);
    }

    /// <summary>A profile's first bytes are tags and lengths, some of them control characters that no text has.</summary>
    internal static bool IsText(ReadOnlySpan<byte> data)
    {
        var start = data[..Math.Min(data.Length, LongestLook)];
        if (start.IndexOfAny(s_controls) >= 0)
            return false;

        // The look may end within a character.
        for (var cut = 0; cut < (start.Length < data.Length ? 4 : 1); cut++)
        {
            if (Utf8.IsValid(start[..^cut]))
                return true;
        }

        return false;
    }

    private static PprofFormatException Fail(long offset, string problem, Exception? inner) => new(offset, problem, inner);
}
