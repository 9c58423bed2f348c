namespace FleetConsole.Analysis.Profiling;

/// <summary>Gathers stacks one by one.</summary>
internal sealed class StackSetBuilder
{
    private readonly List<int> _frames = [];
    private readonly List<int> _ends = [];
    private readonly List<long> _values = [];

    public int Count => _ends.Count;

    public void Add(ReadOnlySpan<int> stack, long value)
    {
        _frames.AddRange(stack);
        _ends.Add(_frames.Count);
        _values.Add(value);
    }

    public StackSet Build() => new([.. _frames], [.. _ends], [.. _values]);
}
