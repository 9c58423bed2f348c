namespace FleetConsole.Analysis.Tests.Profiling;

/// <summary>Writes protobuf's wire format.</summary>
internal sealed class ProtoWriter
{
    private readonly List<byte> _bytes = [];

    public byte[] Bytes => [.. _bytes];

    public ProtoWriter Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
        return this;
    }

    public ProtoWriter Tag(int field, int wire) => Varint(((ulong)field << 3) | (uint)wire);

    /// <summary>A number; zero is left out, as proto3 does.</summary>
    public ProtoWriter Number(int field, long value) => value == 0 ? this : Tag(field, 0).Varint((ulong)value);

    public ProtoWriter Message(int field, ReadOnlySpan<byte> message)
    {
        Tag(field, 2).Varint((ulong)message.Length);
        _bytes.AddRange(message);
        return this;
    }

    public ProtoWriter Message(int field, Action<ProtoWriter> write)
    {
        var message = new ProtoWriter();
        write(message);
        return Message(field, message.Bytes);
    }

    public ProtoWriter Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public ProtoWriter Packed(int field, IEnumerable<long> values)
    {
        var packed = new ProtoWriter();
        foreach (var value in values)
            packed.Varint((ulong)value);
        return Message(field, packed.Bytes);
    }
}
