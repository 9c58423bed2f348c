using FleetConsole.Analysis.Tests.Profiling.Mutation;

namespace FleetConsole.Analysis.Tests.Profiling;

/// <summary>Both readers against files broken by chance, the same ones in each run. <c>./bench.sh fuzz</c> goes on from here.</summary>
public sealed class MutationTests
{
    private const int Executions = 20_000;
    private const int Seed = 20261125;

    [Fact]
    public void No_broken_profile_does_harm() => Run("profiles", int.MaxValue, ReaderRules.Profile, PprofFormatTests.Whole(1, 1, false).ToBytes());

    [Fact]
    public void No_broken_dump_does_harm() => Run("dumps", 12_000, ReaderRules.Dump, "goroutine profile: total 3\n3 @ 0x1 0x2\n#\t0x1\tmain.f+0x1\t\t/src/main.go:5\n"u8.ToArray());

    [Fact]
    public void No_odd_profile_does_harm() =>
        Assert.All(Enumerable.Range(0, Executions), number => Assert.True(ReaderRules.Profile(RandomProfile.Make(Seed, number))));

    private static void Run(string folder, int most, Func<byte[], bool> rules, byte[] small)
    {
        var whole = ReaderRules.Whole(Path.Join(AppContext.BaseDirectory, "Golden", folder), most);
        Assert.All(whole, file => Assert.True(rules(file)));
        var mutator = new Mutator([.. whole.Where(file => file.Length <= 20_000), small, small], Seed);
        var read = 0;
        for (var number = 0; number < Executions; number++)
            read += rules(mutator.Make(number)) ? 1 : 0;

        // A reader that refuses all of them, or none, has not been tried.
        Assert.InRange(read, Executions / 100, Executions - (Executions / 100));
    }
}
