namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// One function between who called it and what it called. Of a stack that holds it more than once the outermost call counts, so that both trees sum up to the
/// function's cumulative value in the top table.
/// </summary>
/// <param name="Callers">Under the root the function, under it its callers, under them theirs.</param>
/// <param name="Callees">Under the root the function, under it what it called.</param>
public sealed record FlameSandwich(FlameTree Callers, FlameTree Callees)
{
    /// <summary>Cuts it out of a tree.</summary>
    /// <param name="frame">The function; both trees are empty when no stack holds it.</param>
    public static FlameSandwich Of(FlameTree tree, int frame)
    {
        var (callers, callees) = (new StackSetBuilder(), new StackSetBuilder());
        var above = Array.Empty<int>();
        tree.AddStacks((stack, value) =>
        {
            var at = stack.IndexOf(frame);
            if (at < 0)
                return;
            if (above.Length < at + 1)
                above = new int[Math.Max(at + 1, 2 * above.Length)];
            stack[..(at + 1)].CopyTo(above);
            Array.Reverse(above, 0, at + 1);
            callers.Add(above.AsSpan(0, at + 1), value);
            callees.Add(stack[at..], value);
        });
        return new(FlameTree.Of(tree.Frames, callers.Build(), tree.Type), FlameTree.Of(tree.Frames, callees.Build(), tree.Type));
    }
}
