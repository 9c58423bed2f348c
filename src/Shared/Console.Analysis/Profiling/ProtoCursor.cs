using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FleetConsole.Analysis.Profiling;

/// <summary>The protobuf wire types that profile.proto uses or that are skipped.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

/// <summary>
/// Walks over one protobuf message (https://protobuf.dev/programming-guides/encoding/). Whatever does not fit ends in a <see cref="PprofFormatException"/>
/// that says where. Its methods are optimized at once: a profile is read before the JIT would have noticed that they are hot.
/// </summary>
internal ref struct ProtoCursor(ReadOnlySpan<byte> data, int start)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _position;

    public readonly bool IsAtEnd => _position >= _data.Length;

    /// <summary>Where the cursor is in the whole data.</summary>
    public readonly int Offset => start + _position;

    /// <summary>Reads the number and the kind of the next field.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (int Field, WireType Wire) ReadTag()
    {
        var offset = Offset;
        var tag = ReadVarint();
        var wire = (int)(tag & 7);
        if (tag >> 3 is 0 or > 0x1FFFFFFF || wire is 3 or 4 or > 5)
            throw NoTag(tag, offset);
        return ((int)(tag >> 3), (WireType)wire);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadVarint()
    {
        if (_position < _data.Length && _data[_position] < 0x80)
            return _data[_position++];
        return ReadLongVarint();
    }

    /// <summary>Reads a field that must be a varint.</summary>
    public long ReadInt(int field, WireType wire)
    {
        Expect(WireType.Varint, field, wire);
        return (long)ReadVarint();
    }

    /// <summary>Reads a field that must be bytes: a string, a message, packed numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ProtoCursor ReadMessage(int field, WireType wire)
    {
        Expect(WireType.Bytes, field, wire);
        var offset = Offset;
        var length = ReadVarint();
        if (length > (ulong)(_data.Length - _position))
            throw new PprofFormatException(offset, $"field {field} claims {length} bytes and {_data.Length - _position} follow");
        var message = new ProtoCursor(_data.Slice(_position, (int)length), Offset);
        _position += (int)length;
        return message;
    }

    /// <summary>What has not been read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _data[_position..];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Skip(int field, WireType wire)
    {
        switch (wire)
        {
            case WireType.Varint:
                ReadVarint();
                break;
            case WireType.Bytes:
                ReadMessage(field, wire);
                break;
            default:
                var length = wire == WireType.Fixed64 ? 8 : 4;
                if (length > _data.Length - _position)
                    throw new PprofFormatException(Offset, $"field {field} is cut off");
                _position += length;
                break;
        }
    }

    /// <summary>How many varints the rest holds: each ends with a byte without the high bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly int CountVarints()
    {
        var rest = Rest;
        var (i, continued) = (0, 0);
        for (; i <= rest.Length - Vector128<byte>.Count; i += Vector128<byte>.Count)
            continued += BitOperations.PopCount(Vector128.Create(rest.Slice(i, Vector128<byte>.Count)).ExtractMostSignificantBits());
        for (; i < rest.Length; i++)
            continued += rest[i] >> 7;
        return rest.Length - continued;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ulong ReadLongVarint()
    {
        var offset = Offset;
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (_position >= _data.Length)
                throw new PprofFormatException(offset, "a number is cut off");
            var next = _data[_position++];
            if (shift == 63 && next > 1)
                break;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new PprofFormatException(offset, "a number has more than 64 bits");
    }

    private static PprofFormatException NoTag(ulong tag, int offset) => tag >> 3 is 0 or > 0x1FFFFFFF
        ? new(offset, $"field number {tag >> 3} does not exist")
        : new(offset, $"wire type {tag & 7} of field {tag >> 3} does not occur in a profile");

    private readonly void Expect(WireType expected, int field, WireType wire)
    {
        if (wire != expected)
            throw new PprofFormatException(Offset, $"field {field} has wire type {(int)wire} where {(int)expected} belongs");
    }
}
