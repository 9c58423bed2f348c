using System.IO.Compression;
using System.Text;
using FleetConsole.Analysis.Profiling;

namespace FleetConsole.Analysis.Tests.Profiling;

/// <summary>
/// Dumps of a Gitaly 1.46 (Go 1.19.8) under load, by pprof and by SIGABRT, and of the reference server in fork mode at 6 GiB with nine calls a second, where a fork takes longer than the
/// next call needs to come. Counts of goroutines and reasons are those of <c>grep '^goroutine'</c>; <c>goroutine.pb.gz</c> has 153 by <c>go tool pprof -top</c>.
/// </summary>
public sealed class GoroutineDumpTests
{
    [Theory]
    [InlineData("fork-debug2", 221, 209, 3440, "none for as long as a minute; the likely holder is goroutine 3440 in git-rpc-server/spawn.forkExec.")]
    [InlineData("fork-abort", 236, 218, 3484, "none for as long as a minute; the likely holder is goroutine 3484 in git-rpc-server/spawn.forkExec.")]
    [InlineData("fork-debug1", 222, 210, 0, "the likely holder is in git-rpc-server/spawn.forkExec.")]
    public void A_locked_up_server_is_said_to_wait_for_the_fork_lock(string name, int goroutines, int waiters, long holder, string rest)
    {
        var dump = Read(name);

        Assert.StartsWith($"{waiters} of {goroutines} goroutines wait for syscall.ForkLock", dump.Finding, StringComparison.Ordinal);
        Assert.EndsWith(rest, dump.Finding, StringComparison.Ordinal);
        Assert.Equal((goroutines, 0), (dump.Goroutines, dump.MissingLines));
        var wait = dump.Waits[0];
        Assert.Equal(("syscall.ForkLock", waiters, WaitKind.WriteLock), (wait.Name, wait.Waiters, wait.Kind));
        Assert.Equal(new LockCaller("git-rpc-server/spawn.forkExec", "/srv/sources/git-rpc-server/spawn/fork_linux.go", 44, waiters), Assert.Single(wait.Callers));
        Assert.Equal((holder, "git-rpc-server/spawn.forkExec"), (wait.Holder!.Goroutine, wait.Holder.Function));
    }

    [Theory]
    [InlineData("goroutine-debug2", 114, DumpEnd.NotTold, "", "114 goroutines, one of them waits for syscall.ForkLock; most are in select (55) and IO wait (20).")]
    [InlineData("sigabrt", 150, DumpEnd.Whole, "SIGABRT: abort", "150 goroutines, only 3 of them wait for syscall.ForkLock; most are in select (55) and runnable (43).")]
    public void A_healthy_server_is_said_to_be_healthy(string name, int goroutines, DumpEnd end, string cause, string finding)
    {
        var dump = Read(name);

        Assert.Equal((finding, goroutines, end, cause), (dump.Finding, dump.Goroutines, dump.End, dump.Cause));
        Assert.Equal(goroutines, dump.Groups.Sum(group => group.Count));
        Assert.Equal(goroutines, dump.Reasons.Sum(reason => reason.Count));
    }

    [Fact]
    public void Reasons_and_times_are_counted()
    {
        var dump = Read("goroutine-debug2");

        Assert.Equal([new("select", 55), new("IO wait", 20), new("chan receive", 20), new("runnable", 10), new("sleep", 4), new("syscall", 3), new("running", 1), new ReasonCount("semacquire", 1)], dump.Reasons);
        Assert.Equal([new(0, 1, 83), new(1, 5, 17), new(5, 15, 0), new(15, 60, 0), new WaitBucket(60, null, 0)], dump.WaitTimes);
    }

    [Fact]
    public void The_largest_group_is_the_one_that_sort_and_uniq_find()
    {
        var group = Read("sigabrt").Groups[0];

        Assert.Equal((19, "select", "io.(*pipe).read", 57), (group.Count, group.Reason, group.Stack[0].Function, group.Stack[0].Line));
        Assert.Equal("gitlab.com/gitlab-org/gitaly/vendor/github.com/sirupsen/logrus.(*Entry).WriterLevel", group.CreatedBy);
    }

    [Fact]
    public void A_crash_and_a_dump_by_pprof_are_compared_stack_by_stack()
    {
        var differences = DumpDiff.Of(Read("goroutine-debug2"), Read("sigabrt"));

        Assert.InRange(differences.Count(difference => difference is { Before: > 0, After: > 0 }), 15, 30);
        Assert.Contains(differences, difference => difference is { Before: 20, After: 21 } && difference.Group.Stack[0].Function == "io.(*pipe).read");
    }

    [Fact]
    public void A_profile_of_goroutines_is_a_dump_too()
    {
        using var file = File.OpenRead(Path.Join(AppContext.BaseDirectory, "Golden", "profiles", "goroutine.pb.gz"));

        var dump = GoroutineDumpReader.Read(file);

        Assert.Equal((153, "syscall.ForkLock", 5), (dump.Goroutines, dump.Waits[0].Name, dump.Waits[0].Waiters));
        Assert.Empty(dump.WaitTimes);
    }

    // journald strips the beginning and the end of a line, and leaves empty lines out.
    [Theory]
    [InlineData("Nov 23 18:36:01 git-1 gitaly[1234]: ", true)]
    [InlineData("", true)]
    [InlineData("2026-11-23_18:36:01.12345 ", false)]
    [InlineData("@4000000065b0e7f81c2e4b54 ", false)]
    [InlineData("gitaly-1  | ", false)]
    [InlineData("2026-11-23T18:36:01.123456789Z stderr F ", false)]
    public void What_a_log_puts_before_its_lines_changes_nothing(string prefix, bool isStripped)
    {
        var lines = Text("sigabrt").Split('\n').Select(line => isStripped ? line.Trim() : line).Where(line => !isStripped || line.Length > 0);

        AssertSame(Read("sigabrt"), GoroutineDumpReader.Read(Encoding.UTF8.GetBytes(string.Join('\n', lines.Select(line => prefix + line)))));
    }

    [Theory]
    [InlineData("MESSAGE", false)]
    [InlineData("MESSAGE", true)]
    [InlineData("log", false)]
    public void A_log_in_JSON_is_unwrapped(string key, bool asBytes)
    {
        var lines = Text("sigabrt").Split('\n').Select(line => asBytes
            ? $$"""{"_PID":"1","{{key}}":[{{string.Join(',', Encoding.UTF8.GetBytes(line))}}],"_HOST":"git-1"}"""
            : $$"""{"_PID":{"x":[1]},"{{key}}":{{System.Text.Json.JsonSerializer.Serialize(line)}}}""");

        AssertSame(Read("sigabrt"), GoroutineDumpReader.Read(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }

    [Fact]
    public void Log_lines_in_between_change_nothing()
    {
        string[] noise = ["time=\"2026-11-23T18:36:01Z\" level=info msg=\"finished call (1.2ms)\"", "listening on 127.0.0.1:9999", "GET /metrics 200 12:30:01", "panic-free (yes)", "created by hand", "goroutine count: 5", ""];
        var lines = Text("sigabrt").Split('\n').SelectMany((line, i) => new[] { line, noise[i % noise.Length] });

        AssertSame(Read("sigabrt"), GoroutineDumpReader.Read(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }

    [Fact]
    public void Lines_that_the_journal_dropped_are_missed()
    {
        var lines = Text("fork-abort").Split('\n').ToList();
        lines.RemoveRange(400, 1001);
        lines.Insert(2000, "Nov 23 18:37:01 git-1 systemd-journald[77]: Suppressed 1001 messages from gitrpc.service");

        var dump = GoroutineDumpReader.Read(Encoding.UTF8.GetBytes(string.Join('\n', lines)));

        Assert.InRange(dump.MissingLines, 1001, 1003);
        Assert.Contains("lines of the dump are missing", dump.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dump_without_its_end_is_said_to_be_cut()
    {
        var text = Text("fork-abort");

        var dump = GoroutineDumpReader.Read(Encoding.UTF8.GetBytes(text[..(text.Length / 2)]));

        Assert.Equal(DumpEnd.CutOff, dump.End);
        Assert.Contains("the dump is cut off", dump.Finding, StringComparison.Ordinal);
        Assert.InRange(dump.Waits[0].Waiters, 90, 130);
    }

    // Only what is cut within a line or a frame, or before the registers, can be told to be cut.
    [Fact]
    public void A_dump_cut_anywhere_is_read_as_far_as_it_goes()
    {
        var text = Encoding.UTF8.GetBytes(Text("sigabrt"));
        for (var length = 100; length < text.Length; length += 997)
        {
            var dump = GoroutineDumpReader.Read(text.AsSpan(0, length));

            Assert.Equal(DumpEnd.CutOff, dump.End);
            Assert.InRange(dump.Goroutines, 1, 150);
        }
    }

    [Fact]
    public void A_gzip_that_is_cut_is_read_as_far_as_it_goes()
    {
        var zipped = File.ReadAllBytes(PathOf("fork-debug2"));

        var dump = GoroutineDumpReader.Read(zipped.AsSpan(0, zipped.Length / 2));

        Assert.Equal(DumpEnd.CutOff, dump.End);
        Assert.InRange(dump.Goroutines, 30, 210);
    }

    [Fact]
    public void Groups_that_grew_appeared_and_vanished_are_found()
    {
        var (before, after) = (Read("sigabrt"), Read("fork-abort"));

        var differences = DumpDiff.Of(before, after);

        Assert.Equal((GroupChange.Appeared, 0, 159), (differences[0].Change, differences[0].Before, differences[0].After));
        Assert.Equal("sync.runtime_SemacquireMutex", differences[0].Group.Stack[0].Function);
        Assert.Contains(differences, difference => difference.Change == GroupChange.Vanished && difference.Before == 21);
        Assert.All(DumpDiff.Of(before, before), difference => Assert.Equal(GroupChange.Same, difference.Change));
        Assert.Equal(after.Goroutines - before.Goroutines, differences.Sum(difference => difference.After - difference.Before));
    }

    internal static GoroutineDump Read(string name)
    {
        using var file = File.OpenRead(PathOf(name));
        return GoroutineDumpReader.Read(file);
    }

    internal static string Text(string name)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(PathOf(name)), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    private static string PathOf(string name) => Path.Join(AppContext.BaseDirectory, "Golden", "dumps", name + ".txt.gz");

    private static void AssertSame(GoroutineDump expected, GoroutineDump actual)
    {
        Assert.Equal((expected.Finding, expected.End, 0), (actual.Finding, actual.End, actual.MissingLines));
        Assert.Equal(expected.Groups.Select(group => (group.Count, group.Reason, group.Example, string.Join('\n', group.Stack))), actual.Groups.Select(group => (group.Count, group.Reason, group.Example, string.Join('\n', group.Stack))));
        Assert.Equal(expected.Reasons, actual.Reasons);
    }
}
