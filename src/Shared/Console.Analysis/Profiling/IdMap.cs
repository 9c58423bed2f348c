using System.Runtime.CompilerServices;

namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// From ids to indices. Writers number from 1, which an array answers; ids may as well be hashes or addresses. Those go into a table whose hash is
/// seeded by the process, so that no file can be made whose ids all meet in one slot.
/// </summary>
internal sealed class IdMap(string what, int count)
{
    private readonly int[] _dense = new int[(2 * count) + 1];
    private readonly Dictionary<ulong, int> _sparse = new(new SeededHash());
    private int _next;

    /// <summary>The id of the next thing.</summary>
    public void Add(ulong id, int offset)
    {
        if (id == 0)
            throw new PprofFormatException(offset, $"{what} has the reserved id 0");
        if (Find(id) >= 0)
            throw new PprofFormatException(offset, $"{what} id {id} is given twice");
        _next++;
        if (id < (ulong)_dense.Length)
            _dense[id] = _next;
        else
            _sparse.Add(id, _next);
    }

    /// <returns>Its index, -1 when there is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ulong id)
    {
        if (id < (ulong)_dense.Length)
            return _dense[id] - 1;
        return FindSparse(id);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Index(ulong id, int offset)
    {
        var index = Find(id);
        return index >= 0 ? index : throw Unknown(id, offset);
    }

    private int FindSparse(ulong id) => _sparse.TryGetValue(id, out var index) ? index - 1 : -1;

    private PprofFormatException Unknown(ulong id, int offset) => new(offset, $"there is no {what} with the id {id}");

    private sealed class SeededHash : IEqualityComparer<ulong>
    {
        public bool Equals(ulong x, ulong y) => x == y;

        public int GetHashCode(ulong id) => HashCode.Combine((uint)id, (uint)(id >> 32));
    }
}
