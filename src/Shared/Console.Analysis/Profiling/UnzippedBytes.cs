using System.IO.Compression;

namespace FleetConsole.Analysis.Profiling;

/// <summary>Reads a file whole, unzipped when it begins as gzip does, up to a limit.</summary>
internal static class UnzippedBytes
{
    private const int Chunk = 1 << 16;

    /// <summary>Makes the exception for an offset in the unzipped data.</summary>
    public delegate Exception Failure(long offset, string problem, Exception? inner);

    public static bool IsGzip(ReadOnlySpan<byte> data) => data.Length >= 2 && data[0] == 0x1F && data[1] == 0x8B;

    public static ArraySegment<byte> Read(Stream stream, int fileBytes, int unzippedBytes, Failure fail)
    {
        var data = ReadAvailable(stream, fileBytes, unzippedBytes, fail, out var isCut);
        return isCut ? throw fail(data.Count, "the gzip data are damaged or cut off", null) : data;
    }

    /// <summary>The same, but where gzip data are damaged or cut off, what comes before is returned.</summary>
    public static ArraySegment<byte> ReadAvailable(Stream stream, int fileBytes, int unzippedBytes, Failure fail, out bool isCut)
    {
        isCut = false;
        var file = ReadToEnd(stream, KnownLength(stream), fileBytes, fail, out _);
        if (!IsGzip(file))
            return file.Count <= unzippedBytes ? file : throw fail(unzippedBytes, $"there are more than {unzippedBytes} bytes", null);
        using var zipped = new MemoryStream(file.Array!, 0, file.Count);
        using var gzip = new GZipStream(zipped, CompressionMode.Decompress);
        return ReadToEnd(gzip, ClaimedLength(file), unzippedBytes, fail, out isCut);
    }

    private static long KnownLength(Stream stream) => stream.CanSeek ? stream.Length - stream.Position : 0;

    // The last four bytes claim the unzipped length (RFC 1952). Deflate cannot do better than 1 to 1,032, and a wrong claim costs a copy and no more.
    private static long ClaimedLength(ReadOnlySpan<byte> file) =>
        file.Length < 18 ? 0 : Math.Min(BitConverter.ToUInt32(file[^4..]), 1032L * file.Length);

    private static ArraySegment<byte> ReadToEnd(Stream stream, long expected, int limit, Failure fail, out bool isCut)
    {
        // One byte more than is expected: the end is then seen without growing.
        var buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(Math.Max(expected + 1, Chunk), limit + 1L));
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min(2L * buffer.Length, limit + 1L));
            var read = ReadSome(stream, buffer.AsSpan(length), out isCut);
            length += read;
            if (length > limit)
                throw fail(limit, $"there are more than {limit} bytes", null);
            if (read == 0)
                return new(buffer, 0, length);
        }
    }

    private static int ReadSome(Stream stream, Span<byte> buffer, out bool isCut)
    {
        isCut = false;
        try
        {
            return stream.Read(buffer);
        }
        catch (InvalidDataException)
        {
            isCut = true;
            return 0;
        }
    }
}
