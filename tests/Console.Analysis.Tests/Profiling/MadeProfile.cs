using System.Text;

namespace FleetConsole.Analysis.Tests.Profiling;

/// <summary>A profile made by hand, written as profile.proto says.</summary>
internal sealed class MadeProfile
{
    private readonly List<string> _strings = [""];
    private readonly List<Action<ProtoWriter>> _messages = [];
    private readonly Dictionary<string, long> _functions = [];
    private readonly Dictionary<string, long> _locations = [];

    /// <summary>Ids begin here and go in these steps; writers may number as they like.</summary>
    public long FirstId { get; init; } = 1;

    public long IdStep { get; init; } = 1;

    /// <summary>Numbers of a sample one by one, as proto2 writers do.</summary>
    public bool Unpacked { get; init; }

    public MadeProfile Type(string type, string unit) => Add(1, m => m.Number(1, String(type)).Number(2, String(unit)));

    /// <summary>A sample by the names of its functions, the innermost first; <c>a&gt;b</c> is a, inlined into b, at one location.</summary>
    public MadeProfile Sample(string stack, params long[] values) => Sample(stack, values, []);

    public MadeProfile Sample(string stack, long[] values, params (string Key, string? Text, long Number, string Unit)[] labels)
    {
        var ids = stack.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Location).ToList();
        return Add(2, m =>
        {
            Numbers(m, 1, ids);
            Numbers(m, 2, values);
            foreach (var (key, text, number, unit) in labels)
                m.Message(3, l => l.Number(1, String(key)).Number(2, String(text ?? "")).Number(3, number).Number(4, String(unit)));
        });
    }

    public MadeProfile Mapping(long id, string file, string build) =>
        Add(3, m => m.Number(1, id).Number(2, 0x400000).Number(3, 0x500000).Number(4, 0x1000).Number(5, String(file)).Number(6, String(build)).Number(7, 1).Number(10, 1));

    /// <summary>A location that is known by its mapping alone.</summary>
    public MadeProfile Bare(string name, long mapping)
    {
        var id = NextId(_locations, name);
        return Add(4, m => m.Number(1, id).Number(2, mapping).Number(3, 0x401000).Number(5, 1));
    }

    public MadeProfile Number(int field, long value) => Raw(m => m.Number(field, value));

    public MadeProfile Text(int field, string text) => Raw(m => m.Number(field, String(text)));

    public MadeProfile Add(int field, Action<ProtoWriter> write) => Raw(m => m.Message(field, write));

    public MadeProfile Raw(Action<ProtoWriter> write)
    {
        _messages.Add(write);
        return this;
    }

    public long String(string text)
    {
        if (_strings.IndexOf(text) is >= 0 and var known)
            return known;
        _strings.Add(text);
        return _strings.Count - 1;
    }

    /// <summary>The bytes; strings come last, as Go writes them.</summary>
    public byte[] ToBytes()
    {
        var writer = new ProtoWriter();
        foreach (var message in _messages)
            message(writer);
        foreach (var text in _strings)
            writer.Message(6, Encoding.UTF8.GetBytes(text));
        return writer.Bytes;
    }

    private void Numbers(ProtoWriter writer, int field, IReadOnlyCollection<long> numbers)
    {
        if (!Unpacked)
        {
            writer.Packed(field, numbers);
            return;
        }

        foreach (var number in numbers)
            writer.Tag(field, 0).Varint((ulong)number);
    }

    private long Location(string lines)
    {
        if (_locations.TryGetValue(lines, out var known))
            return known;
        var id = NextId(_locations, lines);
        var functions = lines.Split('>').Select(Function).ToList();
        Add(4, m =>
        {
            m.Number(1, id).Number(3, 0x400000 + id);
            for (var i = 0; i < functions.Count; i++)
                m.Message(4, line => line.Number(1, functions[i]).Number(2, 10 + i).Number(3, 2));
        });
        return id;
    }

    private long Function(string name)
    {
        if (_functions.TryGetValue(name, out var known))
            return known;
        var id = NextId(_functions, name);
        Add(5, m => m.Number(1, id).Number(2, String(name)).Number(3, String(name)).Number(4, String($"/src/{name}.go")).Number(5, 7));
        return id;
    }

    private long NextId(Dictionary<string, long> ids, string name)
    {
        ids[name] = FirstId + (ids.Count * IdStep);
        return ids[name];
    }
}
