namespace FleetConsole.Analysis.Tests.Profiling.Mutation;

/// <summary>Profiles that are well-formed and odd: recursion, inlining, any ids, values at the ends of their range, labels, dropped frames, locations without lines.</summary>
internal static class RandomProfile
{
    private static readonly long[] s_values = [0, 1, -1, 7, 1000, long.MaxValue, long.MinValue, long.MaxValue - 1, -5000];
    private static readonly string[] s_patterns = ["f.*", "f1|f2", "(f", "(f*)*x", "", "f[0-3]", ".*"];

    /// <summary>The profile of that number.</summary>
    public static byte[] Make(int seed, int number)
    {
        // The sequence need not be the same on another .NET: the rules hold for any.
        var random = new Random(unchecked((seed * 1_000_003) + number));
        var made = new MadeProfile { FirstId = random.Next(3) == 0 ? random.NextInt64(1, long.MaxValue / 2) : 1, IdStep = random.Next(1, 4), Unpacked = random.Next(2) == 0 };
        var types = random.Next(1, 4);
        for (var type = 0; type < types; type++)
            made.Type($"t{type}", random.Next(2) == 0 ? "bytes" : "nanoseconds");
        if (random.Next(2) == 0)
            made.Text(7, s_patterns[random.Next(s_patterns.Length)]).Text(8, s_patterns[random.Next(s_patterns.Length)]);
        if (random.Next(3) == 0)
            made.Mapping(1, "/lib/x.so", "").Bare("bare", 1);
        for (var samples = random.Next(12); samples > 0; samples--)
        {
            var stack = string.Join(' ', Enumerable.Range(0, random.Next(8)).Select(_ => string.Join('>', Enumerable.Range(0, random.Next(1, 3)).Select(_ => $"f{random.Next(6)}"))));
            var values = Enumerable.Range(0, types).Select(_ => s_values[random.Next(s_values.Length)]).ToArray();
            made.Sample(stack, values, random.Next(2) == 0 ? [] : [("k", random.Next(2) == 0 ? "v" : null, s_values[random.Next(s_values.Length)], "bytes")]);
        }

        return made.ToBytes();
    }
}
