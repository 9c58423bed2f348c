using System.Buffers;
using System.Text;

namespace FleetConsole.Analysis.Profiling;

/// <summary>Writes protobuf's wire format (https://protobuf.dev/programming-guides/encoding): as much of it as a profile needs.</summary>
internal sealed class ProtoOutput
{
    private const int LengthDelimited = 2;
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ProtoOutput Number(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    public ProtoOutput Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoOutput Message(int field, ProtoOutput message) => Bytes(field, message._bytes.WrittenSpan);

    /// <summary>Repeated numbers, packed.</summary>
    public ProtoOutput Numbers(int field, ReadOnlySpan<long> values)
    {
        var packed = new ProtoOutput();
        foreach (var value in values)
            packed.Varint((ulong)value);
        return Message(field, packed);
    }

    public void CopyTo(Stream stream) => stream.Write(_bytes.WrittenSpan);

    private ProtoOutput Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)field << 3) | LengthDelimited);
        Varint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }
    private void Byte(byte value) => _bytes.Write([value]);
}
