using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace FleetConsole.Analysis.Profiling;

/// <summary>What a line of a dump is.</summary>
internal enum DumpLineKind
{
    /// <summary>No part of a stack: a log line, an empty line, a register.</summary>
    Other,

    /// <summary><c>goroutine 62 [semacquire, 2 minutes]:</c></summary>
    Header,

    /// <summary><c>sync.(*Mutex).lockSlow(0x9334d0)</c></summary>
    Function,

    /// <summary><c>created by net/http.(*Server).Serve in goroutine 1</c></summary>
    CreatedBy,

    /// <summary><c>/usr/lib/go/src/sync/mutex.go:171 +0x165 fp=0xc0001 sp=0xc0002 pc=0x4822a5</c></summary>
    Place,

    /// <summary><c>goroutine running on other thread; stack unavailable</c></summary>
    Unavailable,

    /// <summary><c>...additional frames elided...</c></summary>
    Elided,

    /// <summary><c>[originating from goroutine 5]:</c>: what follows belongs to another goroutine.</summary>
    Ancestor,
}

/// <summary>
/// Tells the lines of Go's tracebacks apart by their ends, so that a log writer's prefix (journalctl's, svlogd's, a container's) is no obstacle, whatever it is.
/// The forms are those of runtime/traceback.go and runtime/proc.go from Go 1.8 on.
/// </summary>
internal readonly ref struct DumpLine
{
    private DumpLine(DumpLineKind kind, ReadOnlySpan<byte> text, ReadOnlySpan<byte> rest, long number)
    {
        Kind = kind;
        Text = text;
        Rest = rest;
        Number = number;
    }

    public DumpLineKind Kind { get; }

    /// <summary>A function's name, a place's file, what stands in a header's brackets.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>A function's arguments.</summary>
    public ReadOnlySpan<byte> Rest { get; }

    /// <summary>A header's goroutine, a place's line.</summary>
    public long Number { get; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static DumpLine Of(ReadOnlySpan<byte> line)
    {
        line = TrimEnd(line);
        if (line.IsEmpty)
            return default;
        return line[^1] switch
        {
            (byte)':' => HeaderOf(line),
            (byte)')' => FunctionOf(line),
            (byte)'.' => line.EndsWith("frames elided..."u8) ? new(DumpLineKind.Elided, default, default, 0) : default,
            (byte)'e' when line.EndsWith("stack unavailable"u8) => new(DumpLineKind.Unavailable, default, default, 0),
            _ => PlaceOf(line) is { Kind: not DumpLineKind.Other } place ? place : CreatorOf(line),
        };
    }

    /// <summary>An argument list's first number: a method's receiver. Go marks with a question mark what may be stale.</summary>
    public static bool TryFirstArgument(ReadOnlySpan<byte> arguments, out ulong value)
    {
        value = 0;
        if (!arguments.StartsWith("0x"u8))
            return false;
        if (Utf8Parser.TryParse(arguments[2..], out ulong number, out var length, 'x') && (arguments.Length == length + 2 || arguments[length + 2] == ','))
            value = number;
        return value != 0;
    }

    private static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> line)
    {
        var length = line.Length;
        while (length > 0 && line[length - 1] is (byte)'\r' or (byte)' ' or (byte)'\t')
            length--;
        return line[..length];
    }

    // "goroutine 1 [running, locked to thread]:", since Go 1.22 in crashes "goroutine 1 gp=0xc0000061c0 m=0 mp=0x1 [running]:"; labels may follow the brackets.
    private static DumpLine HeaderOf(ReadOnlySpan<byte> line)
    {
        if (line.IndexOf("[originating from goroutine "u8) >= 0)
            return new(DumpLineKind.Ancestor, default, default, 0);
        var at = line.IndexOf("goroutine "u8);
        if (at < 0 || (at > 0 && line[at - 1] is not ((byte)' ' or (byte)'\t' or (byte)'|')))
            return default;
        var rest = line[(at + "goroutine "u8.Length)..];
        if (!Utf8Parser.TryParse(rest, out long id, out var length) || id < 0 || length == rest.Length || rest[length] != ' ')
            return default;
        rest = rest[length..];
        var open = rest.IndexOf((byte)'[');
        var close = open < 0 ? -1 : rest[open..].IndexOf((byte)']');
        return close < 0 ? default : new(DumpLineKind.Header, rest.Slice(open + 1, close - 1), default, id);
    }

    // Arguments hold no parenthesis, so the last one opens them; a name holds no space, so the one before ends the prefix.
    private static DumpLine FunctionOf(ReadOnlySpan<byte> line)
    {
        var open = line.LastIndexOf((byte)'(');
        if (open <= 0)
            return default;
        var arguments = line[(open + 1)..^1];
        var name = line[(NameStart(line[..open]))..open];
        return IsArguments(arguments) && IsName(name) ? new(DumpLineKind.Function, name, arguments, 0) : default;
    }

    private static int NameStart(ReadOnlySpan<byte> text) => 1 + text.LastIndexOfAny((byte)' ', (byte)'\t');

    private static bool IsArguments(ReadOnlySpan<byte> text)
    {
        foreach (var character in text)
        {
            if (!(character is >= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'f' or (byte)'x' or (byte)',' or (byte)' ' or (byte)'{' or (byte)'}' or (byte)'?' or (byte)'.' or (byte)'_'))
                return false;
        }

        return true;
    }

    // A package, a dot, a name, or the built-in panic; C functions of cgo tracebacks have no dot and are left out.
    private static bool IsName(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("panic"u8))
            return true;
        var dot = name.IndexOf((byte)'.');
        return dot > 0 && dot < name.Length - 1 && name.IndexOfAny((byte)'"', (byte)'=', (byte)'\'') < 0;
    }

    // From the end: the frame's addresses, then ":line", then the file up to the tab, or to a space where a log has eaten the tab.
    private static DumpLine PlaceOf(ReadOnlySpan<byte> line)
    {
        var text = line;
        while (text.LastIndexOf((byte)' ') is > 0 and var space && IsAddress(text[(space + 1)..]))
            text = text[..space];
        var digits = text.Length;
        while (digits > 0 && text[digits - 1] is >= (byte)'0' and <= (byte)'9')
            digits--;
        if (digits < 2 || digits == text.Length || text[digits - 1] != ':' || !Utf8Parser.TryParse(text[digits..], out int number, out _))
            return default;
        var file = text[..(digits - 1)];
        var tab = file.LastIndexOf((byte)'\t');
        file = file[(tab >= 0 ? tab + 1 : NameStart(file))..];
        return IsFile(file) ? new(DumpLineKind.Place, file, default, number) : default;
    }

    private static bool IsAddress(ReadOnlySpan<byte> text) =>
        text.StartsWith("+0x"u8) || text.StartsWith("fp=0x"u8) || text.StartsWith("sp=0x"u8) || text.StartsWith("pc=0x"u8);

    // A source file, "<autogenerated>" or "??"; a clock or an address with a port is neither.
    private static bool IsFile(ReadOnlySpan<byte> file) =>
        file.EndsWith(".go"u8) || file.EndsWith(".s"u8) || file.EndsWith("<autogenerated>"u8) || file.SequenceEqual("??"u8) || file.EndsWith(".c"u8) || file.EndsWith(".cc"u8);

    private static DumpLine CreatorOf(ReadOnlySpan<byte> line)
    {
        var at = line.IndexOf("created by "u8);
        if (at < 0)
            return default;
        var name = line[(at + "created by "u8.Length)..];
        var space = name.IndexOf((byte)' ');
        if (space >= 0 && !name[space..].StartsWith(" in goroutine "u8))
            return default;
        name = space < 0 ? name : name[..space];
        return IsName(name) ? new(DumpLineKind.CreatedBy, name, default, 0) : default;
    }
}
