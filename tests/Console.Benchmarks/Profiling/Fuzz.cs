using System.Diagnostics;
using FleetConsole.Analysis.Tests.Profiling.Mutation;

namespace FleetConsole.Benchmarks.Profiling;

/// <summary>Mutated files against both readers, as many as are asked for; what does harm is written beside, by its number.</summary>
internal static class Fuzz
{
    private const int MostShown = 10;

    /// <returns>0 when none did harm.</returns>
    public static int Run(int count, int seed, string golden)
    {
        var harm = Run("broken profile", count, new Mutator([.. ReaderRules.Whole(Path.Join(golden, "profiles"), int.MaxValue).Where(file => file.Length <= 70_000)], seed).Make, ReaderRules.Profile);
        harm += Run("odd profile", count, number => RandomProfile.Make(seed, number), ReaderRules.Profile);
        harm += Run("broken dump", count, new Mutator(ReaderRules.Whole(Path.Join(golden, "dumps"), 16_000), seed).Make, ReaderRules.Dump);
        return harm == 0 ? 0 : 1;
    }

    private static int Run(string what, int count, Func<int, byte[]> make, Func<byte[], bool> rules)
    {
        var (read, harm, slowest) = (0, 0, TimeSpan.Zero);
        var clock = Stopwatch.StartNew();
        for (var number = 0; number < count; number++)
        {
            var file = make(number);
            var started = clock.Elapsed;
            try
            {
                read += rules(file) ? 1 : 0;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                if (++harm <= MostShown)
                    System.Console.WriteLine($"{what} {number}: {e}");
            }

            slowest = clock.Elapsed - started > slowest ? clock.Elapsed - started : slowest;
        }

        System.Console.WriteLine($"{what}: {count} executions in {clock.Elapsed.TotalSeconds:0} s, {read} read, {count - read - harm} refused, {harm} did harm; the slowest took {slowest.TotalMilliseconds:0} ms");
        return harm;
    }
}
