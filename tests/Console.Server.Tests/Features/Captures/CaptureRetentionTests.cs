using FleetConsole.Server.Features.Captures;
using FleetConsole.Server.Features.Captures.Rules;
using FleetConsole.Server.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Tests.Features.Captures;

public sealed class CaptureRetentionTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_oldest_uploads_go_first_when_there_are_too_many()
    {
        var rows = Enumerable.Range(0, 5).Select(i => Row("", i, 1, command: "")).ToList();

        Assert.Equal([rows[4], rows[3]], CaptureRetention.Overdue(rows, new() { MostPerHost = 3 }, Now));
    }

    [Fact]
    public void Size_counts_as_number_and_age_do()
    {
        var rows = Enumerable.Range(0, 4).Select(i => Row("", i, 600 * 1024, command: "")).ToList();

        Assert.Equal([rows[3], rows[2], rows[1]], CaptureRetention.Overdue(rows, new() { MegabytesPerHost = 1 }, Now));
        Assert.Equal([rows[3]], CaptureRetention.Overdue(rows, new() { KeepDays = 2 }, Now));
    }

    [Fact]
    public void What_a_command_took_stays_however_old_many_and_large_and_leaves_uploads_their_room()
    {
        var rows = Enumerable.Range(0, 9).Select(i => Row("git-1", 400 + i, 2 << 20)).Append(Row("", 1, 1, command: "")).ToList();

        Assert.Empty(CaptureRetention.Overdue(rows, new() { MostPerHost = 1, MegabytesPerHost = 1, KeepDays = 30 }, Now));
    }

    [Fact]
    public void A_deleted_upload_leaves_its_row_and_counts_no_longer()
    {
        var (deleted, kept) = (Row("", 400, 5 << 20, command: ""), Row("", 1, 1, command: ""));
        deleted.DeletedAt = Now;

        Assert.Empty(CaptureRetention.Overdue([deleted, kept], new() { MostPerHost = 1, MegabytesPerHost = 1 }, Now));
    }

    [Theory]
    [InlineData(2, 1, null, null)]
    [InlineData(3, 1, "capture rules take nothing more of it", null)]
    [InlineData(4, 1, "no profile and no dump is taken of it any more", "git-1 keeps 4 captures of 4.0 MiB, at a limit of 4 and 100 MiB")]
    [InlineData(2, 50, "an administrator deletes some", "an administrator deletes some")]
    public async Task Rules_stop_before_people_and_what_is_deleted_makes_room(int count, int megabytes, string? ruleHears, string? personHears)
    {
        await using var memory = new SqliteConnection("Data Source=:memory:");
        await memory.OpenAsync(TestContext.Current.CancellationToken);
        await using var db = new ConsoleDb(new DbContextOptionsBuilder<ConsoleDb>().UseSqlite(memory).Options);
        await db.Database.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        var rows = Enumerable.Range(0, count + 1).Select(i => Row("git-1", i, (long)megabytes << 20)).ToList();
        rows[0].DeletedAt = Now;
        db.Captures.AddRange(rows.Append(Row("git-2", 1, 1 << 30)));
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        var room = new CaptureRoom(Options.Create(new CapturesOptions { MostPerHost = 4, MegabytesPerHost = 100 }));

        Hears(ruleHears, await room.ProblemAsync(db, "git-1", byRule: true, TestContext.Current.CancellationToken));
        Hears(personHears, await room.ProblemAsync(db, "git-1", byRule: false, TestContext.Current.CancellationToken));

        static void Hears(string? part, string? said) => Assert.True(part is null ? said is null : said?.Contains(part, StringComparison.Ordinal), said);
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
