using System.Text.Json;
using FleetConsole.Server.Shell;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Shell;

/// <summary>The dump command on the dump of a server that is locked up, and on a healthy one's.</summary>
public sealed class DumpCommandTests
{
    private const string Finding = "209 of 221 goroutines wait for syscall.ForkLock, none for as long as a minute; the likely holder is goroutine 3440 in git-rpc-server/spawn.forkExec.";
    private static readonly string LockedUp = Golden("fork-debug2.txt.gz");
    private static readonly string Healthy = Golden("goroutine-debug2.txt.gz");

    [Fact]
    public void The_first_line_is_the_finding_and_groups_follow()
    {
        var (code, lines, error) = Run(Stream.Null, LockedUp);

        Assert.Equal((0, "", Finding), (code, error, lines[0]));
        Assert.Contains(lines, line => line.StartsWith("Reasons: semacquire 209, select 3, syscall 3", StringComparison.Ordinal));
        Assert.Contains("Waiting for: less than a minute 211, 1 to 4 minutes 4, 5 to 14 minutes 0, 15 to 59 minutes 0, 60 minutes or more 0", lines);
        Assert.Contains("209 wait for syscall.ForkLock at 0xecab30, none for a whole minute; held by goroutine 3440 in git-rpc-server/spawn.forkExec, it seems (syscall in syscall.Syscall)", lines);
        Assert.Contains(lines, line => line.StartsWith("149 [semacquire], none for a whole minute, such as goroutine ", StringComparison.Ordinal));
        Assert.Contains("    git-rpc-server/spawn.forkExec  /srv/sources/git-rpc-server/spawn/fork_linux.go:44", lines);
    }

    [Fact]
    public void Json_holds_the_finding_waits_and_groups()
    {
        var (code, lines, _) = Run(Stream.Null, LockedUp, "--json");

        var json = JsonDocument.Parse(Assert.Single(lines)).RootElement;
        Assert.Equal((0, Finding, 221), (code, json.GetProperty("finding").GetString(), json.GetProperty("goroutines").GetInt32()));
        var wait = json.GetProperty("waits")[0];
        Assert.Equal(("0xecab30", "write_lock", 3440), (wait.GetProperty("address").GetString(), wait.GetProperty("kind").GetString(), wait.GetProperty("holder").GetProperty("goroutine").GetInt32()));
        Assert.Equal(221, json.GetProperty("groups").EnumerateArray().Sum(group => group.GetProperty("count").GetInt32()));
    }

    [Fact]
    public void Two_dumps_are_compared_group_by_group()
    {
        var (code, lines, _) = Run(Stream.Null, Healthy, "--diff", LockedUp);

        Assert.Equal(0, code);
        Assert.Equal("newer: " + Finding, lines[1]);
        Assert.StartsWith("appeared: 0 -> 149 [semacquire]", lines[2], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith("vanished: 20 -> 0 [select]", StringComparison.Ordinal));
        Assert.Equal("appeared", JsonDocument.Parse(Run(Stream.Null, Healthy, "--diff", LockedUp, "--json").Lines[0]).RootElement.GetProperty("groups")[0].GetProperty("change").GetString());
    }

    [Fact]
    public void Which_of_several_dumps_is_read_is_said()
    {
        var text = "panic: boom\n\ngoroutine 1 [running]:\nmain.f()\n\t/main.go:5 +0x1d\n\nSIGABRT: abort\n\ngoroutine 1 [running]:\nmain.g()\n\t/main.go:6 +0x1d\n\ngs     0x0\n"u8.ToArray();

        Assert.Contains("The text holds 2 dumps; this is the last of them.", Run(new MemoryStream(text), "-").Lines);
        Assert.Contains("The text holds 2 dumps; this is number 1, the last that has its end.", Run(new MemoryStream([.. text[64..], .. "\nSIGABRT: abort\n\ngoroutine 1 [running]:\nmain.f()\n"u8]), "-").Lines);
    }

    [Fact]
    public void Standard_input_is_read()
    {
        using var input = File.OpenRead(LockedUp);

        Assert.Equal(Finding, Run(input, "-").Lines[0]);
    }

    [Fact]
    public void What_is_no_dump_is_named_with_the_next_step()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.At("x.txt"), "nothing\n");

        var (code, _, error) = Run(Stream.Null, folder.At("x.txt"));

        Assert.Equal(1, code);
        Assert.Contains(folder.At("x.txt"), error, StringComparison.Ordinal);
        Assert.Contains("there is no goroutine in it", error, StringComparison.Ordinal);
        Assert.Contains("Console.Server profile", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData]
    [InlineData("a", "--type", "cpu")]
    [InlineData("a", "--diff")]
    public void A_wrong_command_line_is_answered_by_the_usage(params string[] args)
    {
        var (code, _, error) = Run(Stream.Null, args);

        Assert.Equal(2, code);
        Assert.StartsWith("Usage: Console.Server dump", error, StringComparison.Ordinal);
    }

    private static string Golden(string name) => Path.Join(AppContext.BaseDirectory, "Golden", "dumps", name);

    private static (int Code, string[] Lines, string Error) Run(Stream input, params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = DumpCommand.Run(["dump", .. args], input, output, error);
        return (code, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries), error.ToString());
    }
}
