using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace FleetConsole.Analysis.Profiling;

/// <summary>Gathers goroutines, frame by frame, into groups of equal stacks: functions and lines, without arguments, addresses and minutes.</summary>
internal sealed class DumpBuilder(GoroutineDumpLimits limits)
{
    private readonly NameTable _functions = new(limits.Names);
    private readonly NameTable _reasons = new(limits.Names);
    private readonly NameTable _groups = new(limits.Names);
    private readonly List<FunctionRole> _roles = [];
    private readonly List<string> _files = [];
    private readonly Dictionary<long, int> _rowOf = [];

    // The goroutine that is being read.
    private readonly List<Frame> _frames = [];
    private readonly List<int> _key = [];
    private GoroutineRow _current;
    private int _reason, _creator;
    private long _counted;

    public List<GoroutineRow> Rows { get; } = [];

    public int GroupCount => _groups.Count;

    /// <summary>Whether a goroutine is being read.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>What the last line left open: a function whose place has not come.</summary>
    public bool IsInFrame { get; private set; }

    /// <summary>Places without a function before them and functions without a place after them: lines are missing.</summary>
    public int Gaps { get; private set; }

    public int FunctionCount => _functions.Count;

    public string Function(int index) => Encoding.UTF8.GetString(_functions[index]);

    public FunctionRole Role(int index) => _roles[index];

    public string File(int index) => _files[index];

    public string Reason(int index) => Encoding.UTF8.GetString(_reasons[index]);

    /// <summary>A group's frames, the innermost first, without the runtime's own.</summary>
    public ReadOnlySpan<FrameKey> Stack(int group) => MemoryMarshal.Cast<byte, FrameKey>(_groups[group])[1..];

    /// <summary>A group's reason, and its creator plus one.</summary>
    public (int Reason, int Creator) Head(int group)
    {
        var head = MemoryMarshal.Cast<byte, int>(_groups[group]);
        return (head[0], head[1]);
    }

    public void Begin(long id, ReadOnlySpan<byte> brackets, int count, Position at)
    {
        End(at);
        _counted += count;
        if (Rows.Count >= limits.Goroutines || _counted > int.MaxValue)
            throw at.Fail($"there are more than {(Rows.Count >= limits.Goroutines ? limits.Goroutines : int.MaxValue)} goroutines");
        var reason = brackets;
        _current = new GoroutineRow { Id = id, Count = count, Minutes = -1 };
        if (brackets.IndexOf(", "u8) is >= 0 and var comma)
        {
            reason = brackets[..comma];
            ReadDetails(brackets[(comma + 2)..]);
        }

        _reason = Intern(_reasons, WithoutSuffix(reason), at);
        IsOpen = true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<byte> function, ReadOnlySpan<byte> arguments, Position at)
    {
        if (!IsOpen)
            return;
        Gaps += IsInFrame ? 1 : 0;
        if (_frames.Count >= limits.Frames)
            throw at.Fail($"a goroutine has more than {limits.Frames} frames");
        var index = Function(function, at);
        ulong address = 0;
        if (_roles[index] != FunctionRole.None)
            DumpLine.TryFirstArgument(arguments, out address);
        _frames.Add(new(index, 0, address));
        IsInFrame = true;
    }

    public void AddCreator(ReadOnlySpan<byte> function, Position at)
    {
        if (!IsOpen)
            return;
        Gaps += IsInFrame ? 1 : 0;
        _creator = 1 + Function(function, at);
        IsInFrame = true;
    }

    public void Place(ReadOnlySpan<byte> file, long line, Position at)
    {
        if (!IsOpen)
            return;
        if (!IsInFrame)
        {
            Gaps++;
            return;
        }

        IsInFrame = false;
        var function = _creator > 0 ? _creator - 1 : _frames[^1].Function;
        if (_files[function].Length == 0)
            _files[function] = Encoding.UTF8.GetString(file);
        if (_creator == 0)
            _frames[^1] = _frames[^1] with { Line = (int)line };
        else
            End(at);
    }

    public void MarkUnavailable() => _current.IsUnavailable = true;

    /// <summary>The stack of the open goroutine is complete; what follows belongs to no goroutine, or to another.</summary>
    public void End(Position at)
    {
        if (!IsOpen)
            return;
        IsOpen = false;
        Gaps += IsInFrame ? 1 : 0;
        IsInFrame = false;
        Close(at);
        _frames.Clear();
        _creator = 0;
    }

    private void Close(Position at)
    {
        Shorten(at);
        _current.Group = Intern(_groups, MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_key)), at);

        // A crash that relays its signal writes a goroutine once for the thread that ran it and once in the list, there without a stack.
        if (_current.Id > 0 && _rowOf.TryGetValue(_current.Id, out var known))
        {
            if (!Rows[known].IsUnavailable)
                return;
            Rows[known] = _current;
        }
        else
        {
            _rowOf[_current.Id] = Rows.Count;
            Rows.Add(_current);
        }
    }

    // The group's key: reason, creator, then function and line of each frame. Where all is the runtime's, all is shown.
    private void Shorten(Position at)
    {
        _key.Clear();
        _key.Add(_reason);
        _key.Add(_creator);
        var wait = new WaitScan();
        var all = true;
        foreach (var frame in _frames)
            all &= FunctionRoles.IsHidden(_roles[frame.Function]);
        foreach (var frame in _frames)
        {
            var role = _roles[frame.Function];
            wait.Add(role, frame.Address);
            if (!all && FunctionRoles.IsHidden(role))
                continue;
            wait.Show(role);
            _key.Add(frame.Function);
            _key.Add(frame.Line);
        }

        (_current.Address, _current.LockFrames, _current.Kind) = wait.Outcome();
        if (_reasons[_reason].IsEmpty && _frames.Count > 0)
            _key[0] = Intern(_reasons, Encoding.UTF8.GetBytes(Guess()), at);
    }

    private string Guess()
    {
        foreach (var frame in _frames)
        {
            if (FunctionRoles.ReasonAt(Function(frame.Function)) is { Length: > 0 } reason)
                return reason;
            if (!FunctionRoles.IsHidden(_roles[frame.Function]))
                break;
        }

        return "";
    }

    private void ReadDetails(ReadOnlySpan<byte> details)
    {
        foreach (var range in details.Split(", "u8))
        {
            var detail = details[range];
            if (detail.SequenceEqual("locked to thread"u8))
                _current.IsLockedToThread = true;
            else if (detail.EndsWith(" minutes"u8) && Utf8Parser.TryParse(detail, out int minutes, out _))
                _current.Minutes = minutes;
        }
    }

    // "runnable (scan)" while the collector looks at it, "chan receive (durable)" in a test's bubble.
    private static ReadOnlySpan<byte> WithoutSuffix(ReadOnlySpan<byte> reason)
    {
        if (reason.EndsWith(" (scan)"u8))
            return reason[..^" (scan)"u8.Length];
        return reason.EndsWith(" (durable)"u8) ? reason[..^" (durable)"u8.Length] : reason;
    }

    private int Function(ReadOnlySpan<byte> name, Position at)
    {
        var index = Intern(_functions, name, at);
        if (index == _roles.Count)
        {
            _roles.Add(FunctionRoles.Of(Function(index)));
            _files.Add("");
        }

        return index;
    }

    private static int Intern(NameTable table, ReadOnlySpan<byte> name, Position at)
    {
        var index = table.Intern(name);
        return index >= 0 ? index : throw at.Fail("there are too many different names");
    }

    private readonly record struct Frame(int Function, int Line, ulong Address);
}

/// <summary>A frame as groups are told apart.</summary>
internal readonly record struct FrameKey(int Function, int Line);

/// <summary>A goroutine, or several that a dump counts together.</summary>
internal struct GoroutineRow
{
    public long Id;
    public int Count, Minutes, Group, LockFrames;
    public ulong Address;
    public WaitKind Kind;
    public bool IsLockedToThread, IsUnavailable;
}

/// <summary>Where a reader is.</summary>
internal readonly record struct Position(int Line, long Offset)
{
    public GoroutineDumpFormatException Fail(string problem) => new(Line, Offset, problem);
}
