using System.IO.Compression;
using System.Text.Json;
using FleetConsole.Server.Shell;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Shell;

/// <summary>The profile command on recorded profiles; the numbers are those of <c>go tool pprof -top</c> (Go 1.19.8).</summary>
public sealed class ProfileCommandTests
{
    private static readonly string Cpu = Golden("cpu-8s.pb.gz");
    private static readonly string Heap = Golden("heap.pb.gz");

    [Fact]
    public void The_top_table_is_that_of_pprof()
    {
        var (code, lines, error) = Run(Cpu);

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(["File: gitaly", "Type: cpu", "Time: 2026-11-23 18:36:01 UTC", "Total: 3.07s in 8.17s"], lines[..4]);
        Assert.Equal("     660ms  21.50%  21.50%      660ms  21.50%  runtime/internal/syscall.Syscall6", lines[6]);
        Assert.Equal("     260ms   8.47%  29.97%      440ms  14.33%  runtime.scanobject", lines[7]);
    }

    [Theory]
    [InlineData("inuse_space", "1762.94kB  19.41%  19.41%  1762.94kB  19.41%  runtime/trace.Start")]
    [InlineData("alloc_objects", "    273706   9.87%   9.87%     273706   9.87%  bufio.(*Scanner).Text")]
    [InlineData("3", "1762.94kB  19.41%  19.41%  1762.94kB  19.41%  runtime/trace.Start")]
    public void The_kind_of_value_is_chosen_by_name_or_number(string type, string row) =>
        Assert.Contains(Run(Heap, "--type", type).Lines, line => line.Contains(row, StringComparison.Ordinal));

    [Fact]
    public void Json_holds_every_function_in_the_profiles_unit()
    {
        var (code, lines, _) = Run(Cpu, "--json");

        var json = JsonDocument.Parse(Assert.Single(lines)).RootElement;
        Assert.Equal((0, "nanoseconds", 3_070_000_000), (code, json.GetProperty("unit").GetString(), json.GetProperty("total").GetInt64()));
        Assert.Equal((660_000_000L, "runtime/internal/syscall.Syscall6"), (json.GetProperty("functions")[0].GetProperty("flat").GetInt64(), json.GetProperty("functions")[0].GetProperty("name").GetString()));
    }

    [Fact]
    public void Standard_input_is_read_zipped_and_unzipped()
    {
        using var unzipped = new GZipStream(File.OpenRead(Cpu), CompressionMode.Decompress);
        using var zipped = File.OpenRead(Cpu);

        Assert.Equal(Run(Cpu).Lines, Run(unzipped, "-").Lines);
        Assert.Equal(Run(Cpu).Lines, Run(zipped, "-").Lines);
    }

    [Fact]
    public void A_profile_compared_with_itself_has_no_row_that_changed()
    {
        var (code, lines, error) = Run(Cpu, "--diff", Cpu, "--by", "duration");

        Assert.Equal((0, "", 4), (code, error, lines.Length));
    }

    [Fact]
    public void Profiles_of_different_kinds_are_not_compared()
    {
        var (code, _, error) = Run(Cpu, "--diff", Heap);

        Assert.Equal(1, code);
        Assert.Contains("has cpu in nanoseconds", error, StringComparison.Ordinal);
        Assert.Contains("choose a common one by --type", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_without_a_duration_is_compared_by_total_only() =>
        Assert.Contains("compare them by total", Run(Heap, "--diff", Heap, "--by", "duration").Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("goroutine 1 [running]:\nmain.main()\n", "this is text and no profile")]
    [InlineData("", "there is nothing to read")]
    public void What_is_no_profile_is_named_with_the_next_step(string text, string problem)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.At("x.pb"), text);

        var (code, lines, error) = Run(folder.At("x.pb"));

        Assert.Equal((1, 0), (code, lines.Length));
        Assert.Contains(folder.At("x.pb"), error, StringComparison.Ordinal);
        Assert.Contains(problem, error, StringComparison.Ordinal);
        Assert.Contains("Console.Server dump", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void A_kind_that_is_not_there_is_answered_by_those_that_are()
    {
        var (code, _, error) = Run(Heap, "--type", "cpu");

        Assert.Equal(1, code);
        Assert.Contains("It has alloc_objects, alloc_space, inuse_objects, inuse_space.", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() => Assert.Contains("nowhere.pb", Run("/tmp/nowhere.pb").Error, StringComparison.Ordinal);

    [Theory]
    [InlineData]
    [InlineData("--json")]
    [InlineData("a", "b")]
    [InlineData("a", "--type")]
    [InlineData("a", "--diff", "b", "--by", "weight")]
    [InlineData("-", "--diff", "-")]
    [InlineData("a", "--wrong")]
    public void A_wrong_command_line_is_answered_by_the_usage(params string[] args)
    {
        var (code, _, error) = Run(args);

        Assert.Equal(2, code);
        Assert.StartsWith("Usage: Console.Server profile", error, StringComparison.Ordinal);
    }

    private static string Golden(string name) => Path.Join(AppContext.BaseDirectory, "Golden", "profiles", name);

    private static (int Code, string[] Lines, string Error) Run(params string[] args) => Run(Stream.Null, args);

    private static (int Code, string[] Lines, string Error) Run(Stream input, params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = ProfileCommand.Run(["profile", .. args], input, output, error);
        return (code, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries), error.ToString());
    }
}
