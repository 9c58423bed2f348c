using System.IO.Compression;
using System.Text.Json;
using FleetConsole.Server.Backtest;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Backtest;

/// <summary>The backtest command on three small fleets whose truth is known: one host drifts, one locks up, one steps.</summary>
public sealed class BacktestCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public BacktestCommandTests() =>
        ZipFile.ExtractToDirectory(Path.Join(AppContext.BaseDirectory, "Golden", "backtest.zip"), _folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_series_has_one_verdict_and_the_truth_is_found()
    {
        var (code, verdicts, error) = Run();
        var labels = JsonDocument.Parse(File.ReadAllText(_folder.At("labels.json"))).RootElement.EnumerateArray().ToList();

        Assert.Equal("", error);
        Assert.Equal(0, code);
        Assert.Equal(labels.Select(Name), verdicts.Select(Name));
        foreach (var (label, verdict) in labels.Zip(verdicts))
        {
            Assert.Equal(label.GetProperty("drift").GetBoolean(), verdict.GetProperty("drift").GetBoolean());
            if (label.GetProperty("drift").GetBoolean())
                Assert.Equal(label.GetProperty("driver").GetString(), verdict.GetProperty("metric").GetString());
            foreach (var lockup in label.GetProperty("lockups").EnumerateArray())
                Assert.Contains(verdict.GetProperty("lockups").EnumerateArray(), found => Math.Abs(found.GetDouble() - lockup.GetDouble()) <= 1800);
        }
    }

    [Fact]
    public void What_no_restart_has_reset_yet_is_drift_only_at_the_level_of_suspicion()
    {
        // The second process of both hosts, from its birth on: it drifts, and age and calendar are the same.
        foreach (var file in Directory.EnumerateFiles(_folder.At("f013")))
        {
            var lines = File.ReadAllLines(file);
            File.WriteAllLines(file, [lines[0], .. lines[72..212]]);
        }

        Assert.False(IsDrift(Run()));
        Assert.False(IsDrift(Run("--level", "drifting")));
        Assert.True(IsDrift(Run("--level", "suspected")));

        static bool IsDrift((int Code, List<JsonElement> Verdicts, string Error) run) =>
            run.Verdicts.Single(v => Name(v) == "f013/h01/RefExists").GetProperty("drift").GetBoolean();
    }

    [Fact]
    public void Where_an_hour_is_missing_from_a_series_the_line_is_named()
    {
        var file = _folder.At("f013", "h00__RefExists.csv");
        File.WriteAllLines(file, File.ReadAllLines(file)[..^6]);

        AssertRefused("h00__RefExists.csv:2011: 2010 windows, and its host has 2016");
    }

    [Theory]
    [InlineData("x,1,2,3,4,5", "t is no number")]
    [InlineData("1,1,,,,", "t must ascend")]
    [InlineData("9999999999,1,,,,1 2 -3", "b holds something that is no count")]
    [InlineData("9999999999,1,,,,1 1 1 1 1 1 1 1 1 1 1 1 1", "b has more than 12 numbers")]
    [InlineData("9999999999,1,,,,1x2", "b must be numbers separated by spaces")]
    [InlineData("9999999999,1,,,,NaN", "b holds something that is no count")]
    public void A_broken_line_is_named(string line, string problem)
    {
        File.AppendAllText(_folder.At("f013", "h00__RefExists.csv"), line + "\n");

        AssertRefused($"h00__RefExists.csv:2018: {problem}");
    }

    [Fact]
    public void A_file_of_another_kind_is_refused()
    {
        File.WriteAllText(_folder.At("f013", "h00.host.csv"), "time,start\n");

        AssertRefused("h00.host.csv:1: the header must be");
    }

    [Theory]
    [InlineData("{", "manifest.json:1:")]
    [InlineData("{\"format\": \"drift-2\", \"step_s\": 600, \"buckets_s\": [1], \"series\": []}", "format must be \"drift-1\"")]
    public void A_broken_manifest_is_refused(string manifest, string problem)
    {
        _folder.Write("manifest.json", manifest);

        AssertRefused(problem);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        File.Delete(_folder.At("f018", "h01.host.csv"));

        AssertRefused("h01.host.csv");
    }

    [Theory]
    [InlineData("backtest")]
    [InlineData("backtest", "--level")]
    [InlineData("backtest", "DIR", "--level", "certain")]
    [InlineData("backtest", "DIR", "more")]
    public void A_wrong_command_line_says_how_it_goes(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());

        Assert.Equal(2, BacktestCommand.Run(args, output, error));
        Assert.Contains("Usage: Console.Server backtest DIR", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", output.ToString());
    }

    [Fact]
    public async Task It_needs_no_settings_and_starts_no_server()
    {
        // In a folder without any configuration; a console would say what it misses and end with another code.
        await using var process = new ChildProcess("dotnet", [ConsoleProcess.Program, "backtest", _folder.Path], workingDirectory: _folder.Path);

        Assert.Equal(0, await process.ExitAsync());
        Assert.Equal(18, process.Lines.Count);
        Assert.All(process.Lines, line => JsonDocument.Parse(line));
    }

    private (int Code, List<JsonElement> Verdicts, string Error) Run(params string[] level)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = BacktestCommand.Run(["backtest", _folder.Path, .. level], output, error);
        return (code, [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)], error.ToString());
    }

    private void AssertRefused(string problem)
    {
        var (code, _, error) = Run();

        Assert.Equal(1, code);
        Assert.Contains(problem, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    private static string? Name(JsonElement element) => element.GetProperty("series").GetString();
}
