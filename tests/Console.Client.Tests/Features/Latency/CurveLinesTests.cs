using System.Runtime.InteropServices;
using FleetConsole.Client.Components;
using FleetConsole.Client.Features.Latency;
using FleetConsole.Contracts.V1;
using Google.Protobuf.WellKnownTypes;
using static FleetConsole.Client.Tests.Harness.SomeCurves;

namespace FleetConsole.Client.Tests.Features.Latency;

public sealed class CurveLinesTests
{
    [Fact]
    public void Each_process_is_one_line_from_its_own_start()
    {
        var lines = CurveLines.Of(TwoHosts(), dark: false);

        Assert.Equal([Midnight, Midnight + 14_400, Midnight + 3_600], lines.Select(line => line.Origin));
        Assert.Equal([Midnight + 60, Midnight + 7_200], Numbers(lines[0].X));
        Assert.Equal([0.1, 0.4], Numbers(lines[0].Y));
    }

    [Fact]
    public void The_newest_process_of_each_host_is_drawn_in_full()
    {
        var lines = CurveLines.Of(TwoHosts(), dark: false);

        Assert.Equal([false, true, true], lines.Select(line => line.Current));
    }

    [Fact]
    public void An_older_process_is_named_with_its_start()
    {
        var lines = CurveLines.Of(TwoHosts(), dark: false);

        Assert.Equal(["git-01 · 16.6 · 11-24 00:00", "git-01 · 16.7", "git-02 · 16.7"], lines.Select(line => line.Name));
        Assert.Equal(["git-01", "git-01", "git-02"], lines.Select(line => line.Group));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_host_keeps_its_colour_in_whatever_order_its_curves_come(bool dark)
    {
        var shuffled = TwoHosts();
        var curves = shuffled.Curves.Reverse().ToList();
        shuffled.Curves.Clear();
        shuffled.Curves.AddRange(curves);

        var asSent = ColoursByHost(CurveLines.Of(TwoHosts(), dark));
        var otherOrder = ColoursByHost(CurveLines.Of(shuffled, dark));

        Assert.Equal(asSent, otherOrder);
        Assert.Equal(2, asSent.Values.Distinct().Count());
    }

    [Fact]
    public void A_host_without_latency_does_not_lend_its_colour_to_the_next()
    {
        var all = CurveLines.Of(TwoHosts(), dark: false)[2].Color;
        var silent = TwoHosts();
        silent.Curves.RemoveAt(0);
        silent.Curves.RemoveAt(0);

        Assert.Equal(all, Assert.Single(CurveLines.Of(silent, dark: false)).Color);
    }

    [Fact]
    public void Methods_of_a_host_share_its_colour_and_differ_in_dash()
    {
        var reply = new CurvesReply
        {
            Incarnations = { Process("git-01", Midnight, "16.7") },
            Curves =
            {
                Curve("git-01", "gitaly.RefService/RefExists", 0, [Midnight + 60], [0.1]),
                Curve("git-01", "gitaly.CommitService/FindCommit", 0, [Midnight + 60], [0.2]),
            },
        };

        var lines = CurveLines.Of(reply, dark: false);

        Assert.Equal(["git-01 RefExists · 16.7", "git-01 FindCommit · 16.7"], lines.Select(line => line.Name));
        Assert.Equal(["dash", "solid"], lines.Select(line => line.Dash));
        Assert.Single(lines.Select(line => line.Color).Distinct());
        Assert.All(lines, line => Assert.True(line.Current));
    }

    [Fact]
    public void A_deploy_is_marked_at_its_first_restart_with_its_version()
    {
        var reply = new CurvesReply
        {
            Deploys =
            {
                new DeployMark
                {
                    FirstRestartAt = new DateTimeOffset(2026, 11, 24, 1, 0, 0, 500, TimeSpan.Zero).ToTimestamp(),
                    LastRestartAt = new DateTimeOffset(2026, 11, 24, 1, 10, 0, TimeSpan.Zero).ToTimestamp(),
                    FromVersions = { "16.6" },
                    ToVersion = "16.7",
                },
            },
        };

        Assert.Equal([new ChartMark(Midnight + 3_600.5, "16.7")], CurveLines.MarksOf(reply, ChartAxis.Time, null));
        Assert.Empty(CurveLines.MarksOf(reply, ChartAxis.Age, null));
    }

    [Theory]
    [InlineData(7_200, ChartAxis.Time, Midnight + 7_200)]
    [InlineData(7_200, ChartAxis.Age, 7_200)]
    [InlineData(15_000, ChartAxis.Age, 600)]
    public void A_capture_is_marked_at_its_moment_and_at_the_age_of_the_process_that_ran_then(double seconds, ChartAxis axis, double at)
    {
        var reply = TwoHosts();
        reply.Incarnations.RemoveAt(2);

        Assert.Equal([new ChartMark(at, "captured")], CurveLines.MarksOf(reply, axis, DateTimeOffset.FromUnixTimeSeconds((long)(Midnight + seconds))));
    }

    [Fact]
    public void A_row_tells_age_first_last_and_highest_of_its_process()
    {
        var reply = new CurvesReply
        {
            Incarnations = { Process("git-01", Midnight, "16.6") },
            Curves = { Curve("git-01", "s/m", 0, [Midnight + 60, Midnight + 120, Midnight + 180, Midnight + 5_400], [0.1, 0.9, double.NaN, 0.4]) },
        };

        var row = Assert.Single(CurveLines.RowsOf(reply));

        // 5,400 s are 1.5 h; the gap is no sample.
        var midnight = new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(new CurveRow("git-01", "s/m", "16.6", midnight, 1.5, 0.1, 0.4, 0.9, 3), row);
    }

    [Fact]
    public void Rows_begin_with_the_newest_process_and_leave_out_empty_curves()
    {
        var reply = TwoHosts();
        reply.Incarnations.Add(Process("git-03", Midnight + 99_999, "16.7"));
        reply.Curves.Add(Curve("git-03", "", 3, [], []));

        Assert.Equal(["git-01 16.7", "git-02 16.7", "git-01 16.6"], CurveLines.RowsOf(reply).Select(row => $"{row.Host} {row.Version}"));
    }

    private static Dictionary<string, string> ColoursByHost(IEnumerable<ChartTrace> lines) =>
        lines.GroupBy(line => line.Group).ToDictionary(group => group.Key, group => Assert.Single(group.Select(line => line.Color).Distinct()));

    private static double[] Numbers(ReadOnlyMemory<byte> bytes) => MemoryMarshal.Cast<byte, double>(bytes.Span).ToArray();
}
