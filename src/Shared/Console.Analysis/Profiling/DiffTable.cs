namespace FleetConsole.Analysis.Profiling;

/// <summary>A function's values in two profiles.</summary>
/// <param name="FlatDelta">What it weighs after itself, less what it weighed before.</param>
/// <param name="CumDelta">The same with what it called.</param>
public readonly record struct DiffRow(
    string Name, string File, long FlatBefore, long FlatAfter, long CumBefore, long CumAfter, double FlatDelta, double CumDelta);

/// <summary>The top table of a difference.</summary>
public static class DiffTable
{
    /// <summary>All functions of both, by how much their own weight changed, either way.</summary>
    public static IReadOnlyList<DiffRow> Of(FlameTree before, FlameTree after, DiffWeights weights)
    {
        var old = TopTable.Of(before).ToDictionary(row => row.Name, StringComparer.Ordinal);
        var rows = new List<DiffRow>();
        foreach (var row in TopTable.Of(after))
        {
            old.Remove(row.Name, out var was);
            rows.Add(Row(row.Name, row.File, was, row, weights));
        }

        rows.AddRange(old.Values.Select(was => Row(was.Name, was.File, was, default, weights)));
        return [.. rows.OrderByDescending(row => Math.Abs(row.FlatDelta)).ThenByDescending(row => Math.Abs(row.CumDelta)).ThenBy(row => row.Name, StringComparer.Ordinal)];
    }

    private static DiffRow Row(string name, string file, TopRow was, TopRow now, DiffWeights weights) => new(
        name, file, was.Flat, now.Flat, was.Cum, now.Cum, (now.Flat * weights.After) - (was.Flat * weights.Before), (now.Cum * weights.After) - (was.Cum * weights.Before));
}
