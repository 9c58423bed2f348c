namespace FleetConsole.Analysis.Profiling;

/// <summary>The second walk: everything into its array, then every index checked, then the samples resolved.</summary>
internal sealed partial class PprofDecoder
{
    private readonly ProfileTables _tables;
    private readonly StringTable _strings;
    private readonly IdMap _locations, _functions, _mappings;
    private int _sampleType, _mapping, _location, _line, _function, _comment;

    private PprofDecoder(PprofCounts counts)
    {
        _tables = new(counts);
        _strings = new(Math.Max(1, counts.Strings), counts.StringBytes);
        _locations = new("location", counts.Locations);
        _functions = new("function", counts.Functions);
        _mappings = new("mapping", counts.Mappings);
    }

    public static PprofProfile Decode(ReadOnlySpan<byte> data, PprofCounts counts, PprofLimits limits)
    {
        var decoder = new PprofDecoder(counts);
        decoder.ReadIdsAndStrings(data);
        decoder.ReadTables(data);
        decoder.ReadSamples(data, limits);
        return new(decoder._tables, decoder._strings);
    }

    // Ids first: a location may name a function that comes later.
    private void ReadIdsAndStrings(ReadOnlySpan<byte> data)
    {
        var cursor = new ProtoCursor(data, 0);
        while (!cursor.IsAtEnd)
        {
            var offset = cursor.Offset;
            var (field, wire) = cursor.ReadTag();
            switch (field)
            {
                case 3:
                    _mappings.Add(ReadId(cursor.ReadMessage(field, wire)), offset);
                    break;
                case 4:
                    _locations.Add(ReadId(cursor.ReadMessage(field, wire)), offset);
                    break;
                case 5:
                    _functions.Add(ReadId(cursor.ReadMessage(field, wire)), offset);
                    break;
                case 6:
                    var text = cursor.ReadMessage(field, wire).Rest;
                    if (_strings.Count == 0 && text.Length > 0)
                        throw new PprofFormatException(offset, "the first string is not empty");
                    _strings.Add(text);
                    break;
                default:
                    cursor.Skip(field, wire);
                    break;
            }
        }

        // Without any string, index 0 is still the empty one.
        if (_strings.Count == 0)
            _strings.Add([]);
    }

    private static ulong ReadId(ProtoCursor message)
    {
        ulong id = 0;
        while (!message.IsAtEnd)
        {
            var (field, wire) = message.ReadTag();
            if (field == 1)
                id = (ulong)message.ReadInt(field, wire);
            else
                message.Skip(field, wire);
        }

        return id;
    }

    private void ReadTables(ReadOnlySpan<byte> data)
    {
        var cursor = new ProtoCursor(data, 0);
        while (!cursor.IsAtEnd)
        {
            var (field, wire) = cursor.ReadTag();
            switch (field)
            {
                case 1:
                    _tables.SampleTypes[_sampleType++] = ReadType(cursor.ReadMessage(field, wire));
                    break;
                case 3:
                    _tables.Mappings[_mapping++] = ReadMapping(cursor.ReadMessage(field, wire));
                    break;
                case 4:
                    ReadLocation(cursor.ReadMessage(field, wire));
                    break;
                case 5:
                    _tables.Functions[_function++] = ReadFunction(cursor.ReadMessage(field, wire));
                    break;
                case 11:
                    _tables.PeriodType = ReadType(cursor.ReadMessage(field, wire));
                    break;
                default:
                    ReadRest(ref cursor, field, wire);
                    break;
            }
        }
    }

    private void ReadRest(ref ProtoCursor cursor, int field, WireType wire)
    {
        switch (field)
        {
            case 7:
                _tables.DropFrames = ReadString(ref cursor, field, wire);
                break;
            case 8:
                _tables.KeepFrames = ReadString(ref cursor, field, wire);
                break;
            case 9 when _tables.TimeNanoseconds != 0:
                throw new PprofFormatException(cursor.Offset, "a second profile begins: two files were put together");
            case 9:
                _tables.TimeNanoseconds = cursor.ReadInt(field, wire);
                break;
            case 10:
                _tables.DurationNanoseconds = cursor.ReadInt(field, wire);
                break;
            case 12:
                _tables.Period = cursor.ReadInt(field, wire);
                break;
            case 13 when wire == WireType.Bytes:
                for (var packed = cursor.ReadMessage(field, wire); !packed.IsAtEnd;)
                    _tables.Comments[_comment++] = ReadString(ref packed, field, WireType.Varint);
                break;
            case 13:
                _tables.Comments[_comment++] = ReadString(ref cursor, field, wire);
                break;
            case 14:
                _tables.DefaultSampleType = ReadString(ref cursor, field, wire);
                break;
            case 15:
                _tables.DocUrl = ReadString(ref cursor, field, wire);
                break;
            default:
                cursor.Skip(field, wire);
                break;
        }
    }
}
