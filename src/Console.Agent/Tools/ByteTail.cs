namespace FleetConsole.Agent.Tools;

/// <summary>Keeps the last so many bytes of a stream.</summary>
internal sealed class ByteTail(int most)
{
    private readonly byte[] ring = new byte[most];
    private long total;

    /// <summary>Earlier bytes were left out.</summary>
    public bool IsCut => total > most;

    /// <summary>What was kept, in order.</summary>
    public ReadOnlyMemory<byte> Bytes
    {
        get
        {
            if (!IsCut)
                return ring.AsMemory(0, (int)total);
            var start = (int)(total % most);
            return (byte[])[.. ring.AsSpan(start), .. ring.AsSpan(0, start)];
        }
    }

    public async Task ReadAsync(Stream stream, CancellationToken cancel)
    {
        while (true)
        {
            var at = (int)(total % most);
            var length = await stream.ReadAsync(ring.AsMemory(at), cancel);
            if (length == 0)
                return;
            total += length;
        }
    }
}
