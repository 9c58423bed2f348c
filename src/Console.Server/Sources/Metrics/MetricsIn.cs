using System.Text.RegularExpressions;

namespace FleetConsole.Server.Sources.Metrics;

/// <summary>The metrics that a PromQL expression names.</summary>
internal static partial class MetricsIn
{
    // and, or, unless, ... stand where a metric could; whatever is called, as rate( is, is no metric either.
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "and", "or", "unless", "atan2", "bool", "offset", "inf", "nan", "by", "without", "on", "ignoring", "group_left", "group_right", "start", "end",
    };

    /// <summary>Their names, each once. A metric that is only matched by the label <c>__name__</c> has none.</summary>
    public static IReadOnlyList<string> Of(string expression)
    {
        var bare = Labels().Replace(Aside().Replace(expression, " "), " ");
        return [.. Name().Matches(bare).Select(name => name.Value).Where(name => !Words.Contains(name)).Distinct(StringComparer.Ordinal)];
    }

    // Texts, comments, matchers and ranges.
    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|`[^`]*`|#[^\n]*|\\{(?:[^}\"'`]|\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|`[^`]*`)*\\}|\\[[^\\]]*\\]")]
    private static partial Regex Aside();

    // Lists of labels: by (instance, le).
    [GeneratedRegex(@"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", RegexOptions.IgnoreCase)]
    private static partial Regex Labels();

    [GeneratedRegex(@"(?<![\w:.])[A-Za-z_:][\w:]*(?![\w:])(?!\s*\()")]
    private static partial Regex Name();
}
