using System.Globalization;
using System.Text.RegularExpressions;
using FleetConsole.Analysis.Profiling;

namespace FleetConsole.Analysis.Tests.Profiling;

/// <summary>The profiles of Golden/profiles, whose README says what they are and how their tables were printed by <c>go tool pprof -top</c>: <c>cpu-8s.cpu.txt</c> is of <c>cpu-8s.pb.gz</c> and cpu.</summary>
public sealed partial class PprofGoldenTests
{
    private static readonly string Folder = Path.Join(AppContext.BaseDirectory, "Golden", "profiles");

    public static TheoryData<string> Tables { get; } = new(Directory.GetFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)!));

    [Theory]
    [MemberData(nameof(Tables))]
    public void Every_function_has_the_values_that_pprof_prints(string name)
    {
        var profile = Read(name.Split('.')[0]);
        var rows = TopTable.Of(FlameTree.Of(profile, new FlameOptions { SampleType = profile.FindSampleType(name.Split('.')[1]) }));
        var lines = File.ReadAllLines(Path.Join(Folder, name + ".txt"));

        Assert.Equal(lines.Select(line => Row().Match(line)).Where(row => row.Success).Select(Printed), rows.Select(row => (row.Name, row.Flat, row.Cum)));
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void The_total_is_the_one_that_pprof_prints(string name)
    {
        var profile = Read(name.Split('.')[0]);
        var tree = FlameTree.Of(profile, new FlameOptions { SampleType = profile.FindSampleType(name.Split('.')[1]) });
        var total = Total().Match(File.ReadAllText(Path.Join(Folder, name + ".txt"))).Groups[1].Value;

        Assert.Equal(Value(total), tree.Total);
        Assert.Equal(tree.Total, tree.TotalOf(0));
    }

    [Theory]
    [InlineData("cpu-8s", "samples/count cpu/nanoseconds", "cpu/nanoseconds", 10_000_000, 1795458961388767976, 8.17)]
    [InlineData("heap", "alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes", "space/bytes", 524288, 1795458220357705914, 0)]
    [InlineData("goroutine", "goroutine/count", "goroutine/count", 1, 1795458215110147345, 0)]
    [InlineData("block", "contentions/count delay/nanoseconds", "contentions/count", 1, 1795805832310698138, 0)]
    public void Kinds_period_time_and_duration_are_those_that_pprof_prints(string name, string types, string periodType, long period, long time, double seconds)
    {
        var profile = Read(name);

        Assert.Equal(types, string.Join(' ', profile.SampleTypes.Select(type => $"{type.Type}/{type.Unit}")));
        Assert.Equal(periodType, $"{profile.PeriodType.Type}/{profile.PeriodType.Unit}");
        Assert.Equal((period, time), (profile.Period, profile.TimeNanoseconds));
        Assert.Equal(seconds, profile.DurationNanoseconds / 1e9, 0.005);
        Assert.EndsWith(name == "block" ? "/waits" : "/srv/sources/bin/gitaly", profile.Mappings[0].File, StringComparison.Ordinal);
        Assert.Equal(profile.SampleTypes.Count - 1, profile.FindSampleType(null));
    }

    // fgprof's two kinds of values, with time for the default; who waits and who works weighs the same.
    [Fact]
    public void A_profile_by_fgprof_is_one_of_wall_clock_time()
    {
        var profile = PprofReader.Read(new MadeProfile().Type("samples", "count").Type("time", "nanoseconds")
            .Sample("time.Sleep main.wait main.main", 50, 505_050_505).Sample("main.work main.main", 30, 303_030_303).Number(10, 808_080_808).ToBytes());

        var rows = TopTable.Of(FlameTree.Of(profile, new FlameOptions { SampleType = profile.FindSampleType(null) }));

        Assert.Equal([("time.Sleep", 505_050_505, 505_050_505), ("main.work", 303_030_303, 303_030_303), ("main.main", 0, 808_080_808), ("main.wait", 0L, 505_050_505L)], rows.Select(row => (row.Name, row.Flat, row.Cum)));
        Assert.Equal((80, 808_080_808, 808_080_808), (profile.Total(0), profile.Total(1), profile.DurationNanoseconds));
    }

    [Fact]
    public void The_difference_of_two_profiles_names_the_fork()
    {
        // Gitaly's forks are Go's own, which cost the same at any age; the reference server's at 2 GiB are nearly all it does.
        var (young, old) = (FlameTree.Of(Read("cpu-8s"), new() { SampleType = 1 }), FlameTree.Of(Read("fork-cpu"), new() { SampleType = 1 }));

        var rows = DiffTable.Of(young, old, DiffWeights.ByTotal(young, old));

        Assert.Equal("runtime.rtsigprocmask", rows[0].Name);
        Assert.InRange(rows.Single(row => row.Name == "git-rpc-server/spawn.forkExec").CumDelta, 0.95, 0.96);
    }

    internal static PprofProfile Read(string name)
    {
        using var file = File.OpenRead(Directory.GetFiles(Folder, name + ".pb*").Single());
        return PprofReader.Read(file);
    }

    private static (string Name, long Flat, long Cum) Printed(Match row) =>
        (row.Groups["name"].Value, Value(row.Groups["flat"].Value), Value(row.Groups["cum"].Value));

    private static long Value(string text) => long.Parse(text.TrimEnd('n', 's', 'B'), CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s*(?<flat>-?\d+(ns|B)?)\s+\S+%\s+\S+%\s+(?<cum>-?\d+(ns|B)?)\s+\S+%  (?<name>.*?)( \((partial-)?inline\))?$")]
    private static partial Regex Row();

    [GeneratedRegex(@"of (\d+(ns|B)?) total")]
    private static partial Regex Total();
}
