namespace FleetConsole.Analysis.Tests.Profiling.Mutation;

/// <summary>
/// Makes broken files from whole ones: one to eight changes each of bits, bytes, ranges, lines, lengths. The same seed and number make the same file, so that a failure is repeated by
/// its number alone.
/// </summary>
internal sealed class Mutator(IReadOnlyList<byte[]> whole, int seed)
{
    private static readonly byte[] s_telling = [0, 1, 8, 0x0A, 0x12, 0x7F, 0x80, 0xFF, (byte)'\n', (byte)'(', (byte)')', (byte)'[', (byte)']', (byte)':', (byte)' ', (byte)'\t'];

    private ulong _state;

    /// <summary>The file of that number.</summary>
    public byte[] Make(int number)
    {
        _state = Mix(((ulong)(uint)seed << 32) | (uint)number) | 1;
        var bytes = new List<byte>(Any(whole));
        for (var changes = 1 + Next(8); changes > 0; changes--)
            Change(bytes);
        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        if (bytes.Count == 0)
            bytes.Add((byte)Next(256));
        var at = Next(bytes.Count);
        var length = Math.Min(bytes.Count - at, 1 + Next(Next(4) == 0 ? 4096 : 16));
        switch (Next(9))
        {
            case 0:
                bytes[at] ^= (byte)(1 << Next(8));
                break;
            case 1:
                bytes[at] = s_telling[Next(s_telling.Length)];
                break;
            case 2:
                bytes[at] = (byte)Next(256);
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4:
                bytes.InsertRange(Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6:
                Overlong(bytes, at);
                break;
            case 7:
                Splice(bytes, at);
                break;
            case 8:
                MoveLine(bytes, at);
                break;
        }
    }

    // A varint of up to eleven bytes: lengths of four gigabytes, ids and indices out of every range.
    private void Overlong(List<byte> bytes, int at)
    {
        for (var more = Next(11); more > 0; more--)
            bytes.Insert(at, (byte)(0x80 | Next(128)));
    }

    private void Splice(List<byte> bytes, int at)
    {
        var other = Any(whole);
        var start = Next(other.Length);
        bytes.InsertRange(at, other.AsSpan(start, Math.Min(other.Length - start, 1 + Next(256))).ToArray());
    }

    private void MoveLine(List<byte> bytes, int at)
    {
        var start = bytes.LastIndexOf((byte)'\n', at) + 1;
        var end = bytes.IndexOf((byte)'\n', at);
        if (end <= start || end - start > 4096)
            return;
        var line = bytes.GetRange(start, end - start + 1);
        bytes.RemoveRange(start, line.Count);
        bytes.InsertRange(Next(bytes.Count + 1), line);
    }

    private byte[] Any(IReadOnlyList<byte[]> files) => files[Next(files.Count)];

    private int Next(int below)
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return (int)(_state % (uint)below);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xFF51AFD7ED558CCD;
        value = (value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53;
        return value ^ (value >> 33);
    }
}
