using System.Text;

namespace FleetConsole.Analysis.Profiling;

/// <summary>Goroutines from a profile of the type goroutine: stacks and counts, no numbers, no reasons, no minutes.</summary>
internal static class ProfileGoroutines
{
    public static DumpBuilder Gather(PprofProfile profile, int sampleType, DumpBuilder builder)
    {
        var functions = new byte[profile.FunctionCount][];
        var files = new byte[profile.FunctionCount][];
        for (var i = 0; i < functions.Length; i++)
            (functions[i], files[i]) = (Encoding.UTF8.GetBytes(profile.Function(i).Name), Encoding.UTF8.GetBytes(profile.Function(i).File));
        for (var sample = 0; sample < profile.SampleCount; sample++)
        {
            var count = profile.Value(sample, sampleType);
            if (count <= 0)
                continue;
            if (count > int.MaxValue)
                throw new GoroutineDumpFormatException(0, 0, $"a sample stands for {count} goroutines");
            builder.Begin(0, default, (int)count, default);
            foreach (var location in profile.Stack(sample))
            {
                for (var i = 0; i < profile.Location(location).LineCount; i++)
                {
                    var line = profile.Line(location, i);
                    builder.Add(functions[line.Function], default, default);
                    builder.Place(files[line.Function], line.Line, default);
                }
            }
        }

        builder.End(default);
        return builder;
    }
}
