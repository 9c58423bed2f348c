using System.Text;
using FleetConsole.Analysis.Profiling;

namespace FleetConsole.Analysis.Tests.Profiling;

/// <summary>A journal keeps what every process wrote at its end: of several dumps one is read, and none is added to another.</summary>
public sealed class SeveralDumpsTests
{
    private const string Panic = "panic: runtime error: index out of range [5]\n\ngoroutine 1 [running]:\nmain.f()\n\t/src/main.go:5 +0x1d\nexit status 2\n";
    private const string Fatal = "fatal error: unexpected signal during runtime execution\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x46]\n\nruntime stack:\nruntime.throw({0x4, 0x2a})\n\t/go/panic.go:992 +0x71\n\ngoroutine 1 [running]:\nmain.g()\n\t/src/main.go:7 +0x1d\n";

    [Theory]
    [InlineData("fork-abort", "sigabrt", 150)]
    [InlineData("sigabrt", "fork-abort", 236)]
    [InlineData("fork-abort", "goroutine-debug2", 114)]
    [InlineData("fork-debug2", "goroutine-debug2", 114)]
    [InlineData("goroutine-debug2", "fork-debug1", 222)]
    [InlineData("fork-debug1", "fork-debug2", 221)]
    [InlineData("fork-debug1", "sigabrt", 150)]
    public void The_last_of_two_dumps_is_read_and_no_goroutine_of_the_first(string first, string second, int goroutines)
    {
        var dump = Dump($"{Text(first)}\n{Text(second)}");

        Assert.Equal((2, 2, goroutines), (dump.Dumps, dump.Dump, dump.Goroutines));
        AssertSame(Dump(Text(second)), dump);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Nov 23 18:36:0{0} git-1 gitaly[12{0}4]: ")]
    [InlineData("@4000000065b0e7f81c2e4b5{0} ")]
    public void A_panic_of_another_process_before_it_is_another_dump(string prefix)
    {
        var lines = $"{Panic}{Fatal}{Text("sigabrt")}".Split('\n').Select((line, i) => prefix.Replace("{0}", $"{i % 10}", StringComparison.Ordinal) + line);

        var dump = Dump(string.Join('\n', lines));

        Assert.Equal((3, 3, 150, "SIGABRT: abort"), (dump.Dumps, dump.Dump, dump.Goroutines, dump.Cause));
    }

    [Fact]
    public void Of_a_last_dump_without_its_end_the_one_before_is_read()
    {
        var text = $"{Panic}\n{Text("sigabrt")}\n{Text("fork-abort")[..40_000]}";

        var dump = Dump(text);

        Assert.Equal((3, 2, 150, DumpEnd.Whole), (dump.Dumps, dump.Dump, dump.Goroutines, dump.End));
    }

    [Fact]
    public void Where_no_dump_has_its_end_the_last_is_read()
    {
        var dump = Dump($"{Text("fork-abort")[..40_000]}\n{Text("sigabrt")[..40_000]}");

        Assert.Equal((2, 2, DumpEnd.CutOff), (dump.Dumps, dump.Dump, dump.End));
        AssertSame(Dump(Text("sigabrt")[..40_000]), dump);
    }

    // Whoever survives a panic logs it; so does whoever reports one of elsewhere.
    [Fact]
    public void A_panic_that_is_only_told_of_begins_no_dump()
    {
        string[] told = ["time=\"18:36:01\" level=error msg=\"panic: boom\"", "http: panic serving 127.0.0.1:4: boom", "recovered from panic: boom", "remote: fatal error: no such repository", "panic: boom\nmain.f()"];
        var goroutines = Text("sigabrt").Split("\n\n");

        var dump = Dump(string.Join("\n\n", goroutines.SelectMany((goroutine, i) => i < 2 ? [goroutine] : new[] { goroutine, told[i % told.Length] })));

        Assert.Equal((1, 150, DumpEnd.Whole), (dump.Dumps, dump.Goroutines, dump.End));
    }

    [Fact]
    public void What_other_units_log_between_a_cause_and_its_goroutines_hides_it_not()
    {
        const string Prefix = "Nov 23 18:36:01 git-1 gitaly[1]: ";
        var second = Text("sigabrt").Split('\n').Select(line => Prefix + line).ToList();
        second.Insert(1, "Nov 23 18:36:01 git-1 systemd[1]: gitaly.service: fatal error: it is gone");

        var dump = Dump(string.Join('\n', Text("fork-abort").Split('\n').Select(line => Prefix + line).Concat(second)));

        Assert.Equal((2, 150), (dump.Dumps, dump.Goroutines));
    }

    // runtime/signal_unix.go, with GOTRACEBACK=crash: every thread writes the signal again.
    [Fact]
    public void A_signal_that_is_relayed_to_all_threads_is_one_dump()
    {
        var dump = Dump("SIGQUIT: quit\nPC=0x1 m=0 sigcode=0\n\ngoroutine 1 [select]:\nmain.f()\n\t/src/main.go:5 +0x1d\n\ngs     0x0\n\n-----\n\nSIGQUIT: quit\nPC=0x2 m=2 sigcode=0\n\ngoroutine 5 [running]:\nmain.g()\n\t/src/main.go:6 +0x1d\n\ngs     0x0\n");

        Assert.Equal((1, 2), (dump.Dumps, dump.Goroutines));
    }

    [Fact]
    public void Text_before_a_dump_is_no_dump()
    {
        var dump = Dump($"starting\npanic: none yet\nlistening on 127.0.0.1:9999\n{Text("sigabrt")}");

        Assert.Equal((1, 1, 150), (dump.Dumps, dump.Dump, dump.Goroutines));
    }

    private static void AssertSame(GoroutineDump expected, GoroutineDump actual) =>
        Assert.Equal((expected.Finding, expected.End, expected.Cause, expected.MissingLines, expected.Groups.Count), (actual.Finding, actual.End, actual.Cause, actual.MissingLines, actual.Groups.Count));

    private static GoroutineDump Dump(string text) => GoroutineDumpReader.Read(Encoding.UTF8.GetBytes(text));

    private static string Text(string name) => GoroutineDumpTests.Text(name);
}
