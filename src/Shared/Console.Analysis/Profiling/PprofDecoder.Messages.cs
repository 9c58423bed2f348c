namespace FleetConsole.Analysis.Profiling;

// The messages of profile.proto, one method each.
internal sealed partial class PprofDecoder
{
    private int ReadString(ref ProtoCursor cursor, int field, WireType wire)
    {
        var offset = cursor.Offset;
        var index = cursor.ReadInt(field, wire);
        if (index < 0 || index >= _strings.Count)
            throw new PprofFormatException(offset, $"string {index} of {_strings.Count} is named");
        return (int)index;
    }

    private (int Type, int Unit) ReadType(ProtoCursor message)
    {
        var (type, unit) = (0, 0);
        while (!message.IsAtEnd)
        {
            var (field, wire) = message.ReadTag();
            if (field == 1)
                type = ReadString(ref message, field, wire);
            else if (field == 2)
                unit = ReadString(ref message, field, wire);
            else
                message.Skip(field, wire);
        }

        return (type, unit);
    }

    private PprofMapping ReadMapping(ProtoCursor message)
    {
        Span<ulong> numbers = stackalloc ulong[11];
        var (file, build) = (0, 0);
        while (!message.IsAtEnd)
        {
            var (field, wire) = message.ReadTag();
            if (field == 5)
                file = ReadString(ref message, field, wire);
            else if (field == 6)
                build = ReadString(ref message, field, wire);
            else if (field <= 10)
                numbers[field] = (ulong)message.ReadInt(field, wire);
            else
                message.Skip(field, wire);
        }

        return new(numbers[2], numbers[3], numbers[4], numbers[7] != 0, numbers[8] != 0, numbers[9] != 0, numbers[10] != 0)
        {
            FileString = file,
            BuildIdString = build,
        };
    }

    private void ReadLocation(ProtoCursor message)
    {
        while (!message.IsAtEnd)
        {
            var (field, wire) = message.ReadTag();
            switch (field)
            {
                case 2:
                    // pprof takes a mapping that does not exist for none, and so do we: nothing is counted by it.
                    _tables.LocationMappings[_location] = 1 + _mappings.Find((ulong)message.ReadInt(field, wire));
                    break;
                case 3:
                    _tables.Addresses[_location] = (ulong)message.ReadInt(field, wire);
                    break;
                case 4:
                    _tables.Lines[_line++] = ReadLine(message.ReadMessage(field, wire));
                    break;
                case 5:
                    _tables.Folded[_location] = message.ReadInt(field, wire) != 0;
                    break;
                default:
                    message.Skip(field, wire);
                    break;
            }
        }

        _tables.LocationMappings[_location]--;
        _tables.LineEnds[_location++] = _line;
    }

    private PprofLine ReadLine(ProtoCursor message)
    {
        var offset = message.Offset;
        var (function, line, column) = (0UL, 0L, 0L);
        while (!message.IsAtEnd)
        {
            var (field, wire) = message.ReadTag();
            if (field == 1)
                function = (ulong)message.ReadInt(field, wire);
            else if (field == 2)
                line = message.ReadInt(field, wire);
            else if (field == 3)
                column = message.ReadInt(field, wire);
            else
                message.Skip(field, wire);
        }

        return new(_functions.Index(function, offset), line, column);
    }

    private ProfileTables.FunctionRow ReadFunction(ProtoCursor message)
    {
        var (name, systemName, file, startLine) = (0, 0, 0, 0L);
        while (!message.IsAtEnd)
        {
            var (field, wire) = message.ReadTag();
            if (field == 2)
                name = ReadString(ref message, field, wire);
            else if (field == 3)
                systemName = ReadString(ref message, field, wire);
            else if (field == 4)
                file = ReadString(ref message, field, wire);
            else if (field == 5)
                startLine = message.ReadInt(field, wire);
            else
                message.Skip(field, wire);
        }

        return new(name, systemName, file, startLine);
    }

    private ProfileTables.LabelRow ReadLabel(ProtoCursor message)
    {
        var (key, text, number, unit) = (0, 0, 0L, 0);
        while (!message.IsAtEnd)
        {
            var (field, wire) = message.ReadTag();
            if (field == 1)
                key = ReadString(ref message, field, wire);
            else if (field == 2)
                text = ReadString(ref message, field, wire);
            else if (field == 3)
                number = message.ReadInt(field, wire);
            else if (field == 4)
                unit = ReadString(ref message, field, wire);
            else
                message.Skip(field, wire);
        }

        return new(key, text, number, unit);
    }
}
