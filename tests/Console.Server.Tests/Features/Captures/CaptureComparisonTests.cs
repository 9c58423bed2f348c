using FleetConsole.Server.Features.Captures;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Tests.Features.Captures;

public sealed class CaptureComparisonTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly CaptureRow Old = Row(1, "git-1", "1.0.6", started: -300, taken: 0);

    [Fact]
    public void A_younger_process_the_version_before_and_the_rest_of_the_fleet_are_worth_comparing()
    {
        CaptureRow[] others =
        [
            Row(2, "git-1", "1.0.6", started: -300, taken: -298),
            Row(3, "git-1", "1.0.5", started: -900, taken: -620),
            Row(4, "git-1", "1.0.5", started: -900, taken: -890),
            Row(5, "git-1", "1.0.4", started: -2000, taken: -1700),
            Row(6, "git-2", "1.0.6", started: -290, taken: 0),
            Row(7, "git-2", "1.0.6", started: -290, taken: -100),
            Row(8, "git-3", "1.0.6", started: -10, taken: 0),
            Row(9, "git-4", "1.0.6", started: -500, taken: 0),
            Row(10, "", "", started: 0, taken: 0, uploaded: true),
        ];

        var suggested = CaptureComparisons.Suggested(Old, others).Select(c => (c.Title, string.Join(',', c.BaseIds)));

        Assert.Equal(
            [("git-1 at age 2 min 0 s", "2"), ("version 1.0.5 before it, at age 4 h 40 min", "3"), ("2 other hosts at about this age", "6,9")],
            suggested);
    }

    [Fact]
    public void Nothing_is_suggested_where_there_is_nothing_of_the_sort()
    {
        Assert.Empty(CaptureComparisons.Suggested(Old, []));
        Assert.Empty(CaptureComparisons.Suggested(Row(10, "", "", started: 0, taken: 0, uploaded: true), [Old]));
        Assert.Empty(CaptureComparisons.Suggested(Row(2, "git-1", "1.0.6", started: -300, taken: -298), [Old]));
    }

    [Fact]
    public void Goroutines_of_several_hosts_are_not_added_up() =>
        Assert.Empty(CaptureComparisons.Suggested(Row(1, "git-1", "1.0.6", started: -300, taken: 0, kind: "goroutines"), [Row(6, "git-2", "1.0.6", started: -290, taken: 0, kind: "goroutines")]));

    [Theory]
    [InlineData("cpu", "cpu,profile")]
    [InlineData("perf", "perf")]
    [InlineData("dump", "goroutines,abort,dump")]
    public void Kinds_that_compare_are_of_one_family(string kind, string like) => Assert.Equal(like, string.Join(',', CaptureComparisons.KindsLike(kind)));

    // In minutes from now.
    private static CaptureRow Row(long id, string host, string version, double started, double taken, string kind = "cpu", bool uploaded = false) => new()
    {
        Id = id,
        CommandId = "",
        Host = host,
        Kind = kind,
        TakenAt = Now.AddMinutes(taken),
        ProcessStartedAt = uploaded ? null : Now.AddMinutes(started),
        Version = version,
        Seconds = 10,
        SizeBytes = 1,
        Sha256 = "",
        TakenBy = "olga",
        Reason = "",
    };
}
