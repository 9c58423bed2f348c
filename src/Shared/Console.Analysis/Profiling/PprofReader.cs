namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// Reads profiles as <c>runtime/pprof</c>, perf converters and others write them: profile.proto, with gzip around it or not. Bytes of any origin end in a
/// profile or in a <see cref="PprofFormatException"/>, within the limits' memory and in time that grows with the data.
/// </summary>
public static class PprofReader
{
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
        return PprofDecoder.Decode(data, PprofCounts.Of(data, limits), limits);
    }

    private static PprofFormatException Fail(long offset, string problem, Exception? inner) => new(offset, problem, inner);
}
