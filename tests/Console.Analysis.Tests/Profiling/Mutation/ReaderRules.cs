using System.IO.Compression;
using FleetConsole.Analysis.Profiling;

namespace FleetConsole.Analysis.Tests.Profiling.Mutation;

/// <summary>What holds for whatever the readers are given: a format exception, or a result whose parts add up.</summary>
internal static class ReaderRules
{
    private static readonly PprofLimits s_profile = new() { FileBytes = 1 << 20, UnzippedBytes = 1 << 20, Frames = 200_000 };
    private static readonly GoroutineDumpLimits s_dump = new() { FileBytes = 1 << 20, UnzippedBytes = 1 << 20, Profile = s_profile };

    /// <summary>Whole files to begin from: the recorded ones, cut to a size at which an execution takes a millisecond or so.</summary>
    public static IReadOnlyList<byte[]> Whole(string folder, int most) =>
        [.. Directory.GetFiles(folder).Where(file => file.EndsWith(".gz", StringComparison.Ordinal) || file.EndsWith(".pb", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(file => Read(file, most))];

    /// <returns>Whether it was read.</returns>
    public static bool Profile(byte[] file)
    {
        try
        {
            var profile = PprofReader.Read(file, s_profile);
            for (var type = 0; type < profile.SampleTypes.Count; type++)
                Check(profile, type);
            return true;
        }
        catch (PprofFormatException e)
        {
            Require(e.Problem.Length > 0 && e.Offset >= 0, "an exception says what and where");
            return false;
        }
    }

    /// <returns>Whether it was read.</returns>
    public static bool Dump(byte[] file)
    {
        try
        {
            var dump = GoroutineDumpReader.Read(file, s_dump);
            Require(dump.Finding.EndsWith('.'), "a finding is a sentence");
            Require(dump.Groups.Sum(group => (long)group.Count) == dump.Goroutines, "groups add up");
            Require(DumpDiff.Of(dump, dump).All(difference => difference.Change == GroupChange.Same), "nothing differs from itself");
            Require(dump.Waits.All(wait => wait.Waiters > 0 && wait.Name.Length > 0), "a wait has waiters and a name");
            return true;
        }
        catch (GoroutineDumpFormatException e)
        {
            Require(e.Problem.Length > 0 && e.Offset >= 0, "an exception says what and where");
            return false;
        }
    }

    private static void Check(PprofProfile profile, int type)
    {
        var tree = FlameTree.Of(profile, new FlameOptions { SampleType = type, Limits = s_profile });
        var rows = TopTable.Of(tree);
        Require(TopTable.Cutoff(rows) >= 0, "a cutoff is no negative value");
        long flat = 0;
        foreach (var row in rows)
            flat = unchecked(flat + row.Flat);
        Require(flat == tree.TotalOf(0) - tree.SelfOf(0), "flat values add up to the root");
        var view = FlameView.Of(tree, new FlameViewOptions { MostBoxes = 50, Focus = tree.Count - 1 });
        Require(view.Boxes.Count is > 0 and <= 100 && view.Ancestors.Count <= tree.Count, "a view keeps its size");
        if (rows.Count > 0)
        {
            var sandwich = FlameSandwich.Of(tree, rows[0].Frame);
            Require(sandwich.Callees.TotalOf(0) == rows[0].Cum && sandwich.Callers.TotalOf(0) == rows[0].Cum, "a sandwich adds up to the cumulative value");
        }

        Require(FlameSearch.ByText(tree, "e").Share is >= -1e19 and <= 1e19, "a share is a number");
        var diff = FlameDiff.Of(tree, tree, DiffWeights.ByTotal(tree, tree));
        Require(diff.Count <= tree.Count && diff.DeltaOf(diff.Count - 1) == 0, "nothing differs from itself");
        SampleLabels.Summarize(profile, type);
    }

    private static byte[] Read(string file, int most)
    {
        using var input = File.OpenRead(file);
        using var data = new MemoryStream();
        using (var bytes = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(input, CompressionMode.Decompress) : (Stream)input)
            bytes.CopyTo(data);
        return data.ToArray()[..(int)Math.Min(most, data.Length)];
    }

    private static void Require(bool holds, string rule)
    {
        if (!holds)
            throw new InvalidOperationException($"Broken: {rule}.");
    }
}
