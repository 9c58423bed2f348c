using FleetConsole.Server.Sources.Prometheus;

namespace FleetConsole.Server.Sources.Metrics;

/// <summary>
/// Start times and versions as they were read, from which the processes can be told. A value: what comes later gives a
/// new one, and when it cannot be read this one is still whole.
/// </summary>
/// <param name="Starts">The start time at each step; of one host in order of time, in one series or several.</param>
/// <param name="Versions">When the version was last reported, at each step; likewise.</param>
internal sealed record ProcessSamples(IReadOnlyList<Series> Starts, IReadOnlyList<Series> Versions)
{
    public static readonly ProcessSamples None = new([], []);

    /// <summary>The step up to which everything is in it; null while there is nothing.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>These and later ones, one series for each set of labels.</summary>
    /// <param name="later">All of its steps come after these.</param>
    /// <param name="keepFrom">Unix seconds; what is older is dropped.</param>
    public ProcessSamples Join(ProcessSamples later, double keepFrom = double.NegativeInfinity) =>
        new(Joined(Starts, later.Starts, keepFrom), Joined(Versions, later.Versions, keepFrom)) { To = later.To };

    private static List<Series> Joined(IReadOnlyList<Series> older, IReadOnlyList<Series> later, double keepFrom) =>
    [
        .. older.Concat(later).GroupBy(Labels, StringComparer.Ordinal).Select(same => One([.. same], keepFrom)).Where(series => series.Times.Length > 0),
    ];

    private static string Labels(Series series) =>
        string.Join('\n', series.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"));

    private static Series One(IReadOnlyList<Series> parts, double keepFrom) => parts[^1] with
    {
        Times = [.. parts.SelectMany(part => part.Times.Skip(Older(part, keepFrom)))],
        Values = [.. parts.SelectMany(part => part.Values.Skip(Older(part, keepFrom)))],
    };

    private static int Older(Series part, double keepFrom) => part.Times.TakeWhile(time => time < keepFrom).Count();
}
