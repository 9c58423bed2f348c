using System.Text;

namespace FleetConsole.Analysis.Profiling;

/// <summary>A profile's strings in one block; most are never asked for as text.</summary>
internal sealed class StringTable(int count, int bytes)
{
    private readonly byte[] _block = new byte[bytes];
    private readonly int[] _ends = new int[count];
    private int _used;

    public int Count { get; private set; }

    public string this[int index] => Encoding.UTF8.GetString(Bytes(index));

    public void Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_block.AsSpan(_used));
        _used += text.Length;
        _ends[Count++] = _used;
    }

    private ReadOnlySpan<byte> Bytes(int index)
    {
        var start = index == 0 ? 0 : _ends[index - 1];
        return _block.AsSpan(start, _ends[index] - start);
    }
}
