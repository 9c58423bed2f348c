using FleetConsole.Contracts.Agent.V1;
using Google.Protobuf;

namespace FleetConsole.Agent.Dumps;

/// <summary>
/// A dump on its way to the disk, as the very messages that the caller gets: header, data, trailer, each with its length before it. Nothing is kept of a dump
/// that never got its trailer.
/// </summary>
internal sealed class DumpFile : IDisposable
{
    private const int ChunkBytes = 64 * 1024;
    private const long MostBytes = 256L * 1024 * 1024;

    private readonly string path;
    private readonly FileStream file;
    private readonly byte[] chunk = new byte[ChunkBytes];
    private int filled;
    private bool isComplete;

    /// <exception cref="IOException">The file cannot be written.</exception>
    public DumpFile(string path, DumpHeader header)
    {
        this.path = path;
        file = new FileStream(path + ".new", new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        new DumpChunk { Header = header }.WriteDelimitedTo(file);
    }

    public DumpText Text { get; } = new();

    /// <summary>More was written than is kept.</summary>
    public bool IsFull { get; private set; }

    public void Write(ReadOnlySpan<byte> data)
    {
        if (IsFull || Text.Bytes + data.Length > MostBytes)
        {
            IsFull = true;
            return;
        }

        Text.Take(data);
        while (!data.IsEmpty)
        {
            var part = data[..Math.Min(data.Length, ChunkBytes - filled)];
            part.CopyTo(chunk.AsSpan(filled));
            filled += part.Length;
            data = data[part.Length..];
            if (filled == ChunkBytes)
                Flush();
        }
    }

    public void WriteLine(string line) => Write(System.Text.Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>Puts it in the place of the unit's last dump.</summary>
    /// <exception cref="IOException">It could not be kept.</exception>
    public void Complete(DumpTrailer trailer)
    {
        Flush();
        new DumpChunk { Trailer = trailer }.WriteDelimitedTo(file);
        file.Flush(flushToDisk: true);
        file.Dispose();
        File.Move(path + ".new", path, overwrite: true);
        isComplete = true;
    }

    public void Dispose()
    {
        file.Dispose();
        if (!isComplete)
            File.Delete(path + ".new");
    }

    private void Flush()
    {
        if (filled > 0)
            new DumpChunk { Data = ByteString.CopyFrom(chunk, 0, filled) }.WriteDelimitedTo(file);
        filled = 0;
    }
}
