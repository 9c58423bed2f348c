using System.Globalization;
using System.Text;

namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// Reads what <c>perf script</c> prints (a head with command, thread, time, period and event, then a frame a line, the innermost first) as a tree, so that it is seen
/// as a profile is. Under the root stand the programs: the server beside the children that its own profile cannot see.
/// </summary>
public sealed class PerfScriptReader
{
    private const int MostFrames = 20_000_000;
    private const int LongestLine = 64 * 1024;
    private readonly FrameTable _frames = new();
    private readonly StackSetBuilder _stacks = new();
    private readonly List<int> _stack = [];
    private Head? _head;
    private string _event = "";
    private int _total;

    private PerfScriptReader()
    {
    }

    /// <summary>Reads it to its end. A line that is neither a sample's head nor a frame is passed over, since perf mixes remarks in.</summary>
    /// <returns>The tree. Its values are nanoseconds for the clock events, and otherwise counts of the first sample's event.</returns>
    /// <exception cref="PerfScriptFormatException">There is no sample in it, or it is more than is read.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static FlameTree Read(Stream stream)
    {
        var script = new PerfScriptReader();
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var number = 0;
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (line.Length > LongestLine || script._total > MostFrames)
                throw new PerfScriptFormatException(number, "it is more than is read");
            script.Take(line);
        }

        script.EndSample();
        return script._stacks.Count > 0
            ? FlameTree.Of(script._frames, script._stacks.Build(), script._event is "cpu-clock" or "task-clock" ? new("cpu", "nanoseconds") : new(script._event, "count"))
            : throw new PerfScriptFormatException(number, "there is no sample in it");
    }

    private void Take(string line)
    {
        if (line.Length == 0)
        {
            EndSample();
        }
        else if (!char.IsWhiteSpace(line[0]))
        {
            EndSample();
            _head = Head.Of(line);
        }
        else if (_head is not null && FrameOf(line.AsSpan().Trim()) is var (name, module) && name.Length > 0)
        {
            _stack.Add(_frames.Add(name, module));
            _total++;
        }
    }

    private void EndSample()
    {
        if (_head is { } head)
        {
            _event = _event.Length > 0 ? _event : head.Event;
            _stack.Add(_frames.Add(head.Command, ""));
            _stack.Reverse();
            _stacks.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_stack), head.Period);
        }

        _stack.Clear();
        _head = null;
    }

    // "ffffffff81358624 kernel_clone+0x94 ([kernel.kallsyms])"; a symbol may hold spaces and parentheses, a module's path too.
    private static (string Name, string Module) FrameOf(ReadOnlySpan<char> line)
    {
        var space = line.IndexOf(' ');
        var open = line.LastIndexOf(" (", StringComparison.Ordinal);
        if (space <= 0 || open < space || line[^1] != ')' || !IsAddress(line[..space]))
            return ("", "");
        var module = line[(open + 2)..^1].ToString();
        var symbol = line[(space + 1)..open].Trim();
        var plus = symbol.LastIndexOf("+0x", StringComparison.Ordinal);
        symbol = plus > 0 ? symbol[..plus] : symbol;
        return symbol.Length == 0 || symbol is "[unknown]" ? ($"[{module[(module.LastIndexOf('/') + 1)..]}]", module) : (symbol.ToString(), module);
    }

    private static bool IsAddress(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigit(c))
                return false;
        }

        return true;
    }

    /// <summary>"git-rpc-server  8181/8190 40175.277742:   10101010 cpu-clock:"; a command may hold spaces.</summary>
    private readonly record struct Head(string Command, string Event, long Period)
    {
        public static Head? Of(string line)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var time = Array.FindIndex(words, word => word.Length > 1 && word[^1] == ':' && double.TryParse(word.AsSpan(..^1), NumberStyles.Float, CultureInfo.InvariantCulture, out _));

            // Before the time stands the thread, and perhaps the processor in brackets.
            var thread = time > 0 && words[time - 1].StartsWith('[') ? time - 2 : time - 1;
            if (thread < 1 || time + 1 >= words.Length)
                return null;
            var hasPeriod = long.TryParse(words[time + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var period) && time + 2 < words.Length;
            var name = words[hasPeriod ? time + 2 : time + 1].TrimEnd(':');
            return new(string.Join(' ', words[..thread]), name, hasPeriod ? period : 1);
        }
    }
}
