using System.Buffers.Text;
using System.Text;

namespace FleetConsole.Server.Backtest;

/// <summary>Reads a CSV file of numbers line by line, straight from its bytes. No quotes: the format has none.</summary>
internal ref struct CsvReader
{
    private readonly string _file;
    private ReadOnlySpan<byte> _rest;
    private ReadOnlySpan<byte> _line;
    private int _number;

    public CsvReader(string file, ReadOnlySpan<byte> content, string header)
    {
        _file = file;
        _rest = content;
        if (!NextLine() || Encoding.UTF8.GetString(_line) != header)
            throw Wrong($"the header must be \"{header}\"");
    }

    /// <summary>Goes to the next line that is not empty.</summary>
    public bool NextLine()
    {
        do
        {
            _number++;
            if (_rest.IsEmpty)
                return false;
            var end = _rest.IndexOf((byte)'\n');
            _line = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[(end + 1)..];
            if (_line.EndsWith("\r"u8))
                _line = _line[..^1];
        }
        while (_line.IsEmpty);
        return true;
    }

    /// <summary>The next field of the line.</summary>
    public ReadOnlySpan<byte> Field()
    {
        var end = _line.IndexOf((byte)',');
        var field = end < 0 ? _line : _line[..end];
        _line = end < 0 ? default : _line[(end + 1)..];
        return field;
    }

    /// <summary>The next field as a number; NaN when it is empty.</summary>
    public double Number(string name)
    {
        var field = Field();
        if (field.IsEmpty)
            return double.NaN;
        if (!Utf8Parser.TryParse(field, out double value, out var read) || read != field.Length || !double.IsFinite(value))
            throw Wrong($"{name} is no number");
        return value;
    }

    /// <summary>The next field as so many numbers, separated by spaces; the ones that are missing at the end are 0.</summary>
    public void Numbers(string name, Span<float> into)
    {
        into.Clear();
        var field = Field();
        for (var k = 0; !field.IsEmpty; k++)
        {
            if (k >= into.Length)
                throw Wrong($"{name} has more than {into.Length} numbers");
            if (!Utf8Parser.TryParse(field, out double value, out var read) || value < 0 || !double.IsFinite(value))
                throw Wrong($"{name} holds something that is no count");
            into[k] = (float)value;
            field = field[read..];
            if (field.IsEmpty)
                break;
            if (field[0] != ' ')
                throw Wrong($"{name} must be numbers separated by spaces");
            field = field[1..];
        }
    }

    public readonly BacktestFormatException Wrong(string problem) => new(_file, _number, problem);
}
