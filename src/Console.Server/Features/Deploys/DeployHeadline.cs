using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Deploys;

/// <summary>The one verdict of a deploy that people have to know, and the sentence that says it.</summary>
internal static class DeployHeadline
{
    /// <summary>
    /// Of the hosts together: what got worse before what got better, both before what stayed, and within one word the
    /// method with the most requests. Null when nothing was judged.
    /// </summary>
    public static DeployVerdictRow? Weightiest(IReadOnlyList<DeployVerdictRow> verdicts) => Together(verdicts)
        .OrderBy(v => Rank(v.Word)).ThenByDescending(v => v.Requests).ThenBy(v => v.Method, StringComparer.Ordinal)
        .FirstOrDefault();

    public static string Of(IReadOnlyList<DeployVerdictRow> verdicts)
    {
        if (Weightiest(verdicts) is not { } first)
            return "Not judged yet.";
        var sentence = first.Method.Length == 0 ? DeployWords.Of(first) : $"{DeployWords.Short(first.Method)}: {DeployWords.Of(first)}";
        var others = Together(verdicts).Where(v => v != first)
            .GroupBy(v => v.Word).OrderBy(g => Rank(g.Key)).Select(g => $"{g.Count()} {Words(g.Key)}").ToList();
        return others.Count == 0 ? sentence : $"{sentence} Other methods: {string.Join(", ", others)}.";
    }

    // Each method's p99; while that rests on too few requests for a word, its p50, which needs far fewer.
    private static List<DeployVerdictRow> Together(IReadOnlyList<DeployVerdictRow> verdicts) =>
    [
        .. verdicts.Where(v => v.Host.Length == 0).GroupBy(v => v.Method, StringComparer.Ordinal)
            .Select(m => m.OrderBy(v => v.Word == VerdictWord.NotEnoughData).ThenByDescending(v => v.Quantile).First()),
    ];

    private static int Rank(VerdictWord word) => word switch
    {
        VerdictWord.Worse => 0,
        VerdictWord.Improved => 1,
        VerdictWord.Rejuvenation => 2,
        VerdictWord.Unchanged => 3,
        VerdictWord.NotEnoughData => 4,
        _ => 5,
    };

    private static string Words(VerdictWord word) => word switch
    {
        VerdictWord.Worse => "worse",
        VerdictWord.Improved => "improved",
        VerdictWord.Rejuvenation => "rejuvenation",
        VerdictWord.Unchanged => "unchanged",
        VerdictWord.NotEnoughData => "without enough data yet",
        _ => "not judged",
    };
}
