using System.Text.RegularExpressions;

namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// What <c>drop_frames</c> and <c>keep_frames</c> leave of each location, by the rules of pprof (profile/prune.go): a function that is dropped takes with it what it
/// called, in every sample that has a frame above it that is not dropped.
/// </summary>
internal sealed class PrunedFrames
{
    // For each location: how many of its lines, the innermost first, are cut off; and whether all of them are.
    private readonly int[] _cut;
    private readonly bool[] _whole;

    private PrunedFrames(int locations) => (_cut, _whole) = (new int[locations], new bool[locations]);

    /// <returns>Null when the profile drops nothing. pprof ignores a pattern that cannot be read, and so do we.</returns>
    /// <exception cref="PprofFormatException">A pattern is too long, or there are too many names to match it with.</exception>
    public static PrunedFrames? Of(PprofProfile profile, PprofLimits limits)
    {
        if (profile.DropFrames.Length == 0 || Compile(profile.DropFrames, "drop_frames", limits) is not { } drop)
            return null;
        var keep = profile.KeepFrames.Length == 0 ? null : Compile(profile.KeepFrames, "keep_frames", limits);
        if (keep is null && profile.KeepFrames.Length > 0)
            return null;
        var left = limits.PatternWork;
        return Mark(profile, name =>
        {
            left -= (long)name.Length * (profile.DropFrames.Length + profile.KeepFrames.Length);
            return left < 0
                ? throw new PprofFormatException(0, $"the patterns of drop_frames and keep_frames are too long for {profile.FunctionCount} functions")
                : drop.IsMatch(name) && keep?.IsMatch(name) != true;
        });
    }

    /// <summary>The lines of a location that are left begin here.</summary>
    public int FirstLine(int location) => _whole[location] ? 0 : _cut[location];

    /// <summary>Where a sample's stack begins, the innermost first: what lies before was pruned.</summary>
    public int Start(ReadOnlySpan<int> stack)
    {
        var isBelowUser = false;
        for (var i = stack.Length - 1; i >= 0; i--)
        {
            if (_cut[stack[i]] == 0)
                isBelowUser = true;
            else if (isBelowUser)
                return _whole[stack[i]] ? i + 1 : i;
        }

        return 0;
    }

    private static PrunedFrames Mark(PprofProfile profile, Predicate<string> isDropped)
    {
        var pruned = new PrunedFrames(profile.LocationCount);
        var dropped = new bool[profile.FunctionCount];
        for (var i = 0; i < dropped.Length; i++)
            dropped[i] = profile.Function(i).Name is { Length: > 0 } name && isDropped(WithoutArguments(name));
        for (var i = 0; i < profile.LocationCount; i++)
        {
            var lines = profile.Location(i).LineCount;
            var line = lines - 1;
            while (line >= 0 && !dropped[profile.Line(i, line).Function])
                line--;
            pruned._cut[i] = line + 1;
            pruned._whole[i] = line >= 0 && line == lines - 1;
        }

        return pruned;
    }

    // simplifyFunc of pprof: a leading dot and an argument list are no part of the name.
    private static string WithoutArguments(string name)
    {
        var simple = name.StartsWith('.') ? name[1..] : name;
        for (var i = simple.IndexOf('('); i >= 0; i = simple.IndexOf('(', i + 1))
        {
            if (simple.AsSpan(i).StartsWith("(anonymous namespace)", StringComparison.Ordinal))
                continue;
            if (simple.AsSpan(0, i + 1).EndsWith("operator(", StringComparison.Ordinal) && simple.AsSpan(i).StartsWith("()", StringComparison.Ordinal))
                continue;
            return simple[..i];
        }

        return simple;
    }

    private static Regex? Compile(string pattern, string what, PprofLimits limits)
    {
        if (pattern.Length > limits.PatternLength)
            throw new PprofFormatException(0, $"{what} has {pattern.Length} characters, {limits.PatternLength} are allowed");
        try
        {
            // Linear in the name's length, as Go's expressions are.
            return new Regex($"^({pattern})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
