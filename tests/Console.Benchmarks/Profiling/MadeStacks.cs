using System.IO.Compression;
using System.Text;

namespace FleetConsole.Benchmarks.Profiling;

/// <summary>
/// Writes a CPU profile of 100,000 distinct stacks of 20 to 80 frames over 20,000 functions, the same for the same seed. Stacks begin alike, as those of a server do: a few
/// entry points, then calls that branch more the deeper they get.
/// </summary>
internal sealed class MadeStacks(int seed)
{
    private const int Stacks = 100_000;
    private const int Functions = 20_000;
    private const int Shallowest = 20;
    private const int Deepest = 80;
    private const int Tick = 10_000_000;

    // xorshift: System.Random promises no sequence from one .NET to the next.
    private ulong _state = 0x9E3779B97F4A7C15 ^ (uint)seed;

    public static void Write(int seed, string file)
    {
        var made = new MadeStacks(seed);
        using var output = File.Create(file);
        using var gzip = new GZipStream(output, CompressionLevel.Optimal);
        made.Write(gzip);
    }

    private void Write(Stream output)
    {
        string[] strings = ["", "samples", "count", "cpu", "nanoseconds", "made", .. Enumerable.Range(0, Functions).SelectMany(Names)];
        Message(output, 1, Numbers((1, 1), (2, 2)));
        Message(output, 1, Numbers((1, 3), (2, 4)));
        for (var i = 0; i < Stacks; i++)
            Message(output, 2, Sample(i));
        Message(output, 3, Numbers((1, 1), (2, 0x400000), (3, 0x8000000), (5, 5), (7, 1)));
        for (ulong id = 1; id <= Functions; id++)
        {
            byte[] line = Numbers((1, id), (2, 10 + (id % 500)));
            Message(output, 4, [.. Numbers((1, id), (2, 1), (3, 0x400000 + (id * 64))), 0x22, (byte)line.Length, .. line]);
            Message(output, 5, Numbers((1, id), (2, 4 + (2 * id)), (3, 4 + (2 * id)), (4, 5 + (2 * id))));
        }

        foreach (var text in strings)
            Message(output, 6, Encoding.UTF8.GetBytes(text));
        output.Write(Numbers((9, 1_790_000_000_000_000_000), (10, 30_000_000_000)));
        Message(output, 11, Numbers((1, 3), (2, 4)));
        output.Write(Numbers((12, Tick)));
    }

    private static IEnumerable<string> Names(int function) =>
        [$"example.org/made/pkg{function % 400:000}.(*Type{function % 37}).Method{function:00000}", $"/src/made/pkg{function % 400:000}/file{function % 1000:000}.go"];

    private byte[] Sample(int stack)
    {
        var depth = Shallowest + (int)Next(Deepest - Shallowest + 1);
        var ids = new ulong[depth];
        ulong path = 1;
        for (var level = 0; level < depth; level++)
        {
            // Few ways near the root, many near the leaves; the last frame but one tells the stacks apart.
            var ways = level < 12 ? 1 + (level % 3) : 4 + (level / 4);
            path = Mix((path * 31) + (level == depth - 2 ? (ulong)stack : Next(ways)));
            ids[depth - 1 - level] = 1 + (path % Functions);
        }

        var packed = new MemoryStream();
        foreach (var id in ids)
            Varint(packed, id);
        var count = 1 + Next(3);
        using var sample = new MemoryStream();
        Message(sample, 1, packed.ToArray());
        using var values = new MemoryStream();
        Varint(values, count);
        Varint(values, count * Tick);
        Message(sample, 2, values.ToArray());
        return sample.ToArray();
    }

    private ulong Next(int below)
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return _state % (ulong)below;
    }

    private static ulong Mix(ulong value)
    {
        value ^= value >> 33;
        value *= 0xFF51AFD7ED558CCD;
        return value ^ (value >> 33);
    }

    private static byte[] Numbers(params (int Field, ulong Value)[] numbers)
    {
        using var bytes = new MemoryStream();
        foreach (var (field, value) in numbers)
        {
            Varint(bytes, (ulong)field << 3);
            Varint(bytes, value);
        }

        return bytes.ToArray();
    }

    private static void Message(Stream output, int field, byte[] message)
    {
        Varint(output, ((ulong)field << 3) | 2);
        Varint(output, (ulong)message.Length);
        output.Write(message);
    }

    private static void Varint(Stream output, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            output.WriteByte((byte)(value | 0x80));
        output.WriteByte((byte)value);
    }
}
