using System.Runtime.CompilerServices;

namespace FleetConsole.Analysis.Profiling;

internal sealed partial class PprofDecoder
{
    private int _sample, _stacked, _label;
    private long _frames;

    private void ReadSamples(ReadOnlySpan<byte> data, PprofLimits limits)
    {
        var cursor = new ProtoCursor(data, 0);
        while (!cursor.IsAtEnd)
        {
            var offset = cursor.Offset;
            var (field, wire) = cursor.ReadTag();
            if (field != 2)
            {
                cursor.Skip(field, wire);
                continue;
            }

            ReadSample(cursor.ReadMessage(field, wire), offset);

            // A location may stand for many lines: what samples hold is known only here.
            if (_frames > limits.Frames)
                throw new PprofFormatException(offset, $"there are more than {limits.Frames} frames");
        }
    }

    // These loops run once over megabytes: without this they would run as the JIT's first, slow draft.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadSample(ProtoCursor message, int offset)
    {
        var values = 0;
        while (!message.IsAtEnd)
        {
            var (field, wire) = message.ReadTag();
            switch (field)
            {
                case 1 when wire == WireType.Bytes:
                    ReadStack(message.ReadMessage(field, wire));
                    break;
                case 1:
                    Push(message.ReadInt(field, wire), message.Offset);
                    break;
                case 2 when wire == WireType.Bytes:
                    for (var packed = message.ReadMessage(field, wire); !packed.IsAtEnd;)
                        Put((long)packed.ReadVarint(), values++);
                    break;
                case 2:
                    Put(message.ReadInt(field, wire), values++);
                    break;
                case 3:
                    _tables.Labels[_label++] = ReadLabel(message.ReadMessage(field, wire));
                    break;
                default:
                    message.Skip(field, wire);
                    break;
            }
        }

        if (values != _tables.SampleTypes.Length)
            throw new PprofFormatException(offset, $"a sample has {values} values for {_tables.SampleTypes.Length} types");
        _tables.StackEnds[_sample] = _stacked;
        if (_tables.LabelEnds.Length > 0)
            _tables.LabelEnds[_sample] = _label;
        _sample++;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadStack(ProtoCursor packed)
    {
        while (!packed.IsAtEnd)
        {
            var offset = packed.Offset;
            Push((long)packed.ReadVarint(), offset);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Push(long id, int offset)
    {
        var location = _locations.Index((ulong)id, offset);
        _tables.Stacks[_stacked++] = location;
        _frames += Math.Max(1, _tables.LineEnds[location] - (location == 0 ? 0 : _tables.LineEnds[location - 1]));
    }

    // What is too many is counted and not kept; the sample's end says so.
    private void Put(long value, int column)
    {
        if (column < _tables.SampleTypes.Length)
            _tables.Values[(_sample * _tables.SampleTypes.Length) + column] = value;
    }
}
