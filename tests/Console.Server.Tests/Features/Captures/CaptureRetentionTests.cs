using FleetConsole.Server.Features.Captures;
using FleetConsole.Server.Features.Captures.Rules;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Tests.Features.Captures;

public sealed class CaptureRetentionTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_oldest_go_first_when_a_host_has_too_many_and_others_keep_theirs()
    {
        var rows = Enumerable.Range(0, 5).Select(i => Row("git-1", i, 1)).Append(Row("git-2", 9, 1)).ToList();

        var overdue = CaptureRetention.Overdue(rows, new HashSet<string>(), new() { MostPerHost = 3 }, Now);

        Assert.Equal([rows[4], rows[3]], overdue);
    }

    [Fact]
    public void Size_counts_as_number_does()
    {
        var rows = Enumerable.Range(0, 4).Select(i => Row("git-1", i, 600 * 1024)).ToList();

        Assert.Equal([rows[3], rows[2], rows[1]], CaptureRetention.Overdue(rows, new HashSet<string>(), new() { MegabytesPerHost = 1 }, Now));
    }

    [Fact]
    public void What_explains_an_act_or_a_finding_stays_however_old_and_many()
    {
        var old = Row("git-1", 400, 1);
        var pinned = Row("git-1", 500, 1);

        var overdue = CaptureRetention.Overdue([old, pinned, Row("git-1", 1, 1)], new HashSet<string> { pinned.CommandId }, new() { MostPerHost = 1 }, Now);

        Assert.Equal([old], overdue);
    }

    [Fact]
    public void A_brought_file_is_nobodys_evidence()
    {
        var brought = Row("", 31, 1, command: "");

        Assert.Equal([brought], CaptureRetention.Overdue([brought], new HashSet<string> { "" }, new() { KeepDays = 30 }, Now));
    }

    [Fact]
    public void A_rule_fires_no_more_than_a_day_allows_for_the_host_and_for_the_fleet()
    {
        var rule = new CaptureRuleOptions { Above = 1, CoolDownMinutes = 60, PerHostPerDay = 2, PerDay = 3 };
        var samples = Enumerable.Range(0, 48 * 6).SelectMany(i => new[] { "a", "b" }.Select(host => new Firing(host, Now.AddMinutes(10 * i), i == 1 ? 1 : 2)));

        var fired = FiringLimits.Replay(rule, samples);

        Assert.Equal([("a", 0), ("b", 0), ("a", 60), ("a", 24 * 60), ("b", 24 * 60), ("a", 25 * 60)], fired.Select(f => (f.Host, (int)(f.At - Now).TotalMinutes)));
    }

    private static CaptureRow Row(string host, int daysOld, long bytes, string? command = null) => new()
    {
        CommandId = command ?? $"{host}-{daysOld}",
        Host = host,
        Kind = "cpu",
        TakenAt = Now.AddDays(-daysOld),
        ProcessStartedAt = null,
        Version = "",
        Seconds = 1,
        SizeBytes = bytes,
        Sha256 = "",
        TakenBy = "",
        Reason = "",
    };
}
