namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// The frames of a profile: its functions by name, as <c>go tool pprof -top</c> tells them apart. Where nothing is known but the mapping, the frame is the file in
/// brackets, or <c>&lt;unknown&gt;</c>.
/// </summary>
public sealed class FrameTable
{
    private readonly List<string> _names = [];
    private readonly List<string> _files = [];
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);

    internal FrameTable()
    {
    }

    /// <summary>Number of frames.</summary>
    public int Count => _names.Count;

    /// <summary>A frame's name.</summary>
    public string Name(int frame) => _names[frame];

    /// <summary>The source file of a frame's function; empty when it is not known. The first one where functions of several files share the name.</summary>
    public string File(int frame) => _files[frame];

    /// <returns>The frame of that name, -1 when there is none.</returns>
    public int Find(string name) => _byName.GetValueOrDefault(name, -1);

    internal int Add(string name, string file)
    {
        if (_byName.TryGetValue(name, out var known))
            return known;
        _byName.Add(name, _names.Count);
        _names.Add(name);
        _files.Add(file);
        return _names.Count - 1;
    }
}
