using System.Text.RegularExpressions;

namespace FleetConsole.Analysis.Profiling;

/// <summary>Which functions match a text or a regular expression, and how much of the profile runs through them.</summary>
public sealed class FlameSearch
{
    /// <summary>Longest pattern: nobody types more.</summary>
    public const int LongestPattern = 500;

    private readonly bool[] _matches;

    private FlameSearch(bool[] matches, long matched, double share) => (_matches, Matched, Share) = (matches, matched, share);

    /// <summary>The sum of the stacks with at least one match. A match within a match counts once.</summary>
    public long Matched { get; }

    /// <summary>That as a part of the whole, 0 to 1; 0 where there is no whole.</summary>
    public double Share { get; }

    /// <summary>Whether a frame matches.</summary>
    public bool IsMatch(int frame) => frame >= 0 && _matches[frame];

    /// <summary>Looks for functions by a part of their name, in any case.</summary>
    public static FlameSearch ByText(FlameTree tree, string text) =>
        Of(tree, name => text.Length > 0 && name.Contains(text, StringComparison.OrdinalIgnoreCase));

    /// <summary>Looks for functions by a regular expression, in any case. It is matched in linear time, so it has no back-references and no looking around.</summary>
    /// <exception cref="FormatException">It is no such expression; the message says what is wrong.</exception>
    public static FlameSearch ByExpression(FlameTree tree, string pattern)
    {
        if (pattern.Length > LongestPattern)
            throw new FormatException($"The expression has {pattern.Length} characters, {LongestPattern} are allowed.");
        try
        {
            var expression = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
            return Of(tree, name => pattern.Length > 0 && expression.IsMatch(name));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static FlameSearch Of(FlameTree tree, Predicate<string> isMatch)
    {
        var matches = new bool[tree.Frames.Count];
        for (var frame = 0; frame < matches.Length; frame++)
            matches[frame] = isMatch(tree.Frames.Name(frame));
        long matched = 0;
        var node = 1;
        while (node < tree.Count)
        {
            var hit = matches[tree.FrameOf(node)];
            matched += hit ? tree.TotalOf(node) : 0;
            node = hit ? tree.Shape.Ends[node] : node + 1;
        }

        return new(matches, matched, ValueFormat.Part(matched, tree.Total));
    }
}
