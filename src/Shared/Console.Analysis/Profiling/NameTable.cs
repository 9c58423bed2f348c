using System.Runtime.CompilerServices;

namespace FleetConsole.Analysis.Profiling;

/// <summary>Numbers byte strings in the order in which they come. The hash is seeded by the process, so that no file can be made whose names all meet in one slot.</summary>
internal sealed class NameTable(int limit)
{
    private byte[] _block = new byte[1 << 12];
    private int[] _ends = new int[1 << 8];
    private int[] _hashes = new int[1 << 8];

    // Indices plus one; twice as many slots as names at least.
    private int[] _slots = new int[1 << 9];

    public int Count { get; private set; }

    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            var start = index == 0 ? 0 : _ends[index - 1];
            return new(_block, start, _ends[index] - start);
        }
    }

    /// <returns>The number of a name, a new one when it was not there; -1 when the table is full.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Intern(ReadOnlySpan<byte> name)
    {
        var hashing = default(HashCode);
        hashing.AddBytes(name);
        var hash = hashing.ToHashCode();
        var slot = hash & (_slots.Length - 1);
        while (_slots[slot] != 0)
        {
            var known = _slots[slot] - 1;
            if (_hashes[known] == hash && this[known].SequenceEqual(name))
                return known;
            slot = (slot + 1) & (_slots.Length - 1);
        }

        return Count >= limit ? -1 : Add(name, hash, slot);
    }

    private int Add(ReadOnlySpan<byte> name, int hash, int slot)
    {
        var start = Count == 0 ? 0 : _ends[Count - 1];
        if (start + name.Length > _block.Length)
            Array.Resize(ref _block, Math.Max(2 * _block.Length, start + name.Length));
        name.CopyTo(_block.AsSpan(start));
        if (Count == _ends.Length)
        {
            Array.Resize(ref _ends, 2 * Count);
            Array.Resize(ref _hashes, 2 * Count);
        }

        (_ends[Count], _hashes[Count]) = (start + name.Length, hash);
        _slots[slot] = ++Count;
        if (2 * Count > _slots.Length)
            Grow();
        return Count - 1;
    }

    private void Grow()
    {
        _slots = new int[2 * _slots.Length];
        for (var i = 0; i < Count; i++)
        {
            var slot = _hashes[i] & (_slots.Length - 1);
            while (_slots[slot] != 0)
                slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = i + 1;
        }
    }
}
