using FleetConsole.Analysis.Profiling;

namespace FleetConsole.Analysis.Tests.Profiling;

/// <summary>The tree, what of it is seen, search, sandwich, labels, differences: on small profiles whose numbers can be added up by hand.</summary>
public sealed class FlameTreeTests
{
    // Root first: main > a > c 10, main > a > a > c 5, main > b 3, main > a 2.
    private static readonly FlameTree Tree = Of(Made().Sample("c a main", 10).Sample("c a a main", 5).Sample("b main", 3).Sample("a main", 2));

    [Fact]
    public void Stacks_meet_where_they_begin_alike_and_children_are_sorted_by_value()
    {
        var main = Assert.Single(Tree.ChildrenOf(0));

        Assert.Equal(("main", 20L, 0L), (Tree.NameOf(main), Tree.TotalOf(main), Tree.SelfOf(main)));
        Assert.Equal(["a", "b"], Tree.ChildrenOf(main).Select(Tree.NameOf));
        var a = Tree.Find(["main", "a"]);
        Assert.Equal((17L, 2L), (Tree.TotalOf(a), Tree.SelfOf(a)));
        Assert.Equal(["", "main", "a", "a", "c"], Tree.PathTo(Tree.Find(["main", "a", "a", "c"])).Select(Tree.NameOf));
        Assert.Equal(-1, Tree.Find(["main", "c"]));
        Assert.Equal(7, Tree.Count);
    }

    [Fact]
    public void Recursion_counts_once_in_the_top_table() =>
        Assert.Equal([("c", 15L, 15L), ("b", 3, 3), ("a", 2, 17), ("main", 0, 20)], TopTable.Of(Tree).Select(row => (row.Name, row.Flat, row.Cum)));

    [Fact]
    public void A_view_holds_what_is_wide_enough_and_the_rest_as_one_box()
    {
        var made = Made().Sample("big main", 900);
        for (var i = 0; i < 100; i++)
            made.Sample($"small{i} main", 1);

        var view = FlameView.Of(Of(made), new FlameViewOptions { LeastWidth = 0.05 });

        Assert.Equal(["", "main", "big", "(rest)"], view.Boxes.Select(box => NameOf(view, box)));
        Assert.Equal([1000L, 1000, 900, 100], view.Boxes.Select(box => box.Total));
        Assert.Equal([-1, 0, 1, 1], view.Boxes.Select(box => box.Parent));
        Assert.Equal((0.9, 0.1), (view.Boxes[3].Start, Math.Round(view.Boxes[3].Width, 9)));
    }

    [Fact]
    public void A_view_is_never_larger_than_asked_for_and_keeps_the_widest()
    {
        var made = Made();
        for (var i = 0; i < 1000; i++)
            made.Sample($"leaf{i} main", 1 + i);

        var view = FlameView.Of(Of(made), new FlameViewOptions { LeastWidth = 0, MostBoxes = 12 });

        Assert.Equal(13, view.Boxes.Count);
        Assert.Equal(Enumerable.Range(990, 10).Reverse().Select(i => $"leaf{i}").Prepend("main").Prepend("").Append("(rest)"), view.Boxes.Select(box => NameOf(view, box)));
    }

    [Fact]
    public void A_focus_fills_the_width_and_names_what_is_above()
    {
        var view = FlameView.Of(Tree, new FlameViewOptions { Focus = Tree.Find(["main", "a"]) });

        Assert.Equal((17L, 20L), (view.FocusTotal, view.Total));
        Assert.Equal(["", "main"], view.Ancestors.Select(ancestor => ancestor.Name));
        Assert.Equal(("a", 0, 1.0), (NameOf(view, view.Boxes[0]), view.Boxes[0].Depth, view.Boxes[0].Width));
        Assert.Equal(["a", "c", "a", "c"], view.Boxes.Select(box => NameOf(view, box)));
    }

    [Fact]
    public void Every_box_lies_within_its_parent_and_beside_its_siblings()
    {
        var tree = FlameTree.Of(PprofGoldenTests.Read("cpu-8s"), new FlameOptions { SampleType = 1 });

        var view = FlameView.Of(tree, new FlameViewOptions());

        Assert.InRange(view.Boxes.Count, 500, 4000);
        for (var i = 1; i < view.Boxes.Count; i++)
        {
            var (box, before) = (view.Boxes[i], view.Boxes[i - 1]);
            var parent = view.Boxes[box.Parent];
            Assert.True(box.Parent < i && box.Depth == parent.Depth + 1);
            Assert.True(box.Start >= parent.Start - 1e-9 && box.Start + box.Width <= parent.Start + parent.Width + 1e-9);
            Assert.True(box.Depth != before.Depth || box.Start >= before.Start + before.Width - 1e-9);
        }
    }

    [Theory]
    [InlineData(-1, 0.1, 10)]
    [InlineData(7, 0.1, 10)]
    [InlineData(0, double.NaN, 10)]
    [InlineData(0, 1.5, 10)]
    [InlineData(0, 0.1, 0)]
    public void A_view_out_of_bounds_is_refused(int focus, double width, int boxes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => FlameView.Of(Tree, new FlameViewOptions { Focus = focus, LeastWidth = width, MostBoxes = boxes }));

    [Fact]
    public void A_match_within_a_match_counts_once()
    {
        Assert.Equal((20L, 0.85), (FlameSearch.ByText(Tree, "A").Matched, FlameSearch.ByExpression(Tree, "^a$").Share));
        Assert.Equal((18L, 0.9), (FlameSearch.ByExpression(Tree, "^[bc]$").Matched, FlameSearch.ByExpression(Tree, "^[bc]$").Share));
        Assert.Equal(0, FlameSearch.ByText(Tree, "").Matched);
        Assert.True(FlameSearch.ByText(Tree, "ain").IsMatch(Tree.Frames.Find("main")));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("(?<=a)b")]
    public void An_expression_that_cannot_be_read_is_refused(string pattern) =>
        Assert.Throws<FormatException>(() => FlameSearch.ByExpression(Tree, pattern));

    [Fact]
    public void A_sandwich_sums_up_to_the_functions_cumulative_value()
    {
        var sandwich = FlameSandwich.Of(Tree, Tree.Frames.Find("a"));

        Assert.Equal((17L, 17L), (sandwich.Callers.TotalOf(0), sandwich.Callees.TotalOf(0)));
        Assert.Equal(17, sandwich.Callers.TotalOf(sandwich.Callers.Find(["a", "main"])));
        Assert.Equal(10, sandwich.Callees.TotalOf(sandwich.Callees.Find(["a", "c"])));
        Assert.Equal(5, sandwich.Callees.TotalOf(sandwich.Callees.Find(["a", "a", "c"])));
    }

    [Fact]
    public void Labels_filter_group_and_are_summed_up()
    {
        var profile = PprofReader.Read(Made().Sample("a main", [3], ("method", "RefExists", 0, "")).Sample("b main", [4], ("method", "Fetch", 0, ""), ("size", null, 16, "bytes")).Sample("a main", 5).ToBytes());

        Assert.Equal(3, FlameTree.Of(profile, new FlameOptions { LabelKey = "method", LabelValue = "RefExists" }).Total);
        Assert.Equal(4, FlameTree.Of(profile, new FlameOptions { LabelKey = "size", LabelValue = "16 bytes" }).Total);
        var grouped = FlameTree.Of(profile, new FlameOptions { GroupBy = "method" });
        Assert.Equal([(SampleLabels.None, 5L), ("Fetch", 4), ("RefExists", 3)], grouped.ChildrenOf(0).Select(node => (grouped.NameOf(node), grouped.TotalOf(node))));
        Assert.Equal([new("method", "Fetch", 4), new("method", "RefExists", 3), new LabelShare("size", "16 bytes", 4)], SampleLabels.Summarize(profile, 0));
    }

    [Fact]
    public void A_difference_by_totals_compares_shares()
    {
        var after = Of(Made().Sample("c a main", 10).Sample("d main", 30));
        var diff = FlameDiff.Of(Tree, after, DiffWeights.ByTotal(Tree, after));

        var (names, view) = (Enumerable.Range(0, diff.Count).ToDictionary(node => string.Join('/', diff.PathTo(node).Select(diff.NameOf)), node => node), FlameDiffView.Of(diff, new()));

        Assert.Equal((0L, 30L, 0.75), (diff.BeforeOf(names["/main/d"]), diff.AfterOf(names["/main/d"]), diff.DeltaOf(names["/main/d"])));
        Assert.Equal((10L, 10L, -0.25), (diff.BeforeOf(names["/main/a/c"]), diff.AfterOf(names["/main/a/c"]), diff.DeltaOf(names["/main/a/c"])));
        Assert.Equal(0, diff.DeltaOf(0), 1e-12);
        Assert.Equal(("a", 0.55), (view.Frames[view.Boxes[2].Frame].Name, Math.Round(view.Boxes[2].Width, 9)));
        Assert.Equal(["d", "c", "b", "a", "main"], DiffTable.Of(Tree, after, diff.Weights).Select(row => row.Name));
    }

    [Fact]
    public void A_difference_by_duration_compares_rates()
    {
        var after = Of(Made().Sample("b main", 60));

        Assert.Null(DiffWeights.ByDuration(Tree, 0, after, 5));
        var diff = FlameDiff.Of(Tree, after, DiffWeights.ByDuration(Tree, 10, after, 20)!.Value);
        Assert.Equal(0.5, diff.DeltaOf(0), 1e-12);
    }

    [Fact]
    public void Trees_add_up_by_the_names_of_their_functions()
    {
        var sum = FlameTree.Sum([Of(Made().Sample("b main", 2)), Of(Made().Sample("c main", 3).Sample("b main", 4)), Of(Made().Sample("b main", 1))]);

        Assert.Equal(10, sum.Total);
        var main = sum.Find(["main"]);
        Assert.Equal([("b", 7L), ("c", 3)], sum.ChildrenOf(main).Select(node => (sum.NameOf(node), sum.TotalOf(node))));
    }

    [Fact]
    public void Different_kinds_of_values_are_not_compared()
    {
        var bytes = Of(new MadeProfile().Type("space", "bytes").Sample("a", 1));

        Assert.Throws<ArgumentException>(() => FlameTree.Sum([Tree, bytes]));
        Assert.Throws<ArgumentException>(() => FlameDiff.Of(Tree, bytes, DiffWeights.ByTotal(Tree, bytes)));
    }

    private static MadeProfile Made() => new MadeProfile().Type("cpu", "count");

    private static FlameTree Of(MadeProfile made) => FlameTree.Of(PprofReader.Read(made.ToBytes()), new());

    private static string NameOf(FlameView view, FlameBox box) => box.Node < 0 ? "(rest)" : box.Frame < 0 ? "" : view.Frames[box.Frame].Name;
}
