using System.Globalization;
using FleetConsole.Analysis.Deploys;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Deploys;

/// <summary>A verdict in one sentence, so that nobody has to read a logarithm.</summary>
internal static class DeployWords
{
    /// <summary>What stands in a verdict's reason.</summary>
    public static string Why(Shortage shortage) => shortage switch
    {
        Shortage.Young => "the new processes are too young",
        Shortage.Traffic => "there is too little traffic",
        Shortage.OldVersion => "the old version's processes have no figures at these ages",
        Shortage.Chance => "among so many verdicts chance gives as large a difference",
        _ => "the interval is too wide for a word",
    };

    /// <summary>The sentence of one verdict.</summary>
    public static string Of(DeployVerdictRow row)
    {
        var quantile = Quantile(row.Quantile);
        var fell = row is { Fall: { } fall, FallHigh: < 0 } ? $"{quantile} fell {Percent(fall)}" : "";
        return row.Word switch
        {
            VerdictWord.Rejuvenation => $"{fell}, {Share(row)} of it rejuvenation: at equal age it is unchanged ({Interval(row)}).",
            VerdictWord.Improved => $"{quantile} is {Percent(row.Effect)} lower at equal age ({Interval(row)}){Oldest(row)}{Rest(row)}.",
            VerdictWord.Worse => $"{quantile} is {Percent(row.Effect)} higher at equal age ({Interval(row)}){Oldest(row)}"
                + (fell.Length > 0 ? $"; that it fell {Percent(row.Fall)} at the restart is rejuvenation." : "."),
            VerdictWord.Unchanged => $"{quantile} is unchanged at equal age ({Interval(row)}).",
            VerdictWord.SourceFailed => $"Not judged: {row.Reason}",
            _ => NotEnough(row, fell),
        };
    }

    /// <summary>The method's own name, without its service.</summary>
    public static string Short(string method) => method[(method.LastIndexOf('/') + 1)..];

    public static string Quantile(double quantile) => string.Create(CultureInfo.InvariantCulture, $"p{quantile * 100:0.##}");

    /// <summary>An age in the unit that people would use.</summary>
    public static string Age(double seconds) => seconds switch
    {
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0.#} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.#} h"),
    };

    private static string NotEnough(DeployVerdictRow row, string fell)
    {
        if (row.BinsNeeded == 0)
            return $"Not enough data: {row.Reason}.";
        var soFar = row.Effect is null ? $"{row.Bins} of {row.BinsNeeded} bins of {Age(row.BinSeconds)} at equal age" : $"at equal age {Interval(row)} so far";
        var when = row.EnoughAt is { } at
            ? $"enough at about {DateTimeOffset.FromUnixTimeSeconds((long)at).ToString("HH:mm:ss", CultureInfo.InvariantCulture)} UTC"
            : row.Reason == Why(Shortage.Chance) ? "the next bins may tell" : "time alone will not help";
        return $"{(fell.Length > 0 ? $"{fell} at the restart. " : "")}Not enough data: {row.Reason} ({soFar}; {when}).";
    }

    // "all" when the interval leaves the version less than a tenth of the fall.
    private static string Share(DeployVerdictRow row) => -row.EffectLow <= -row.Fall * 0.1 ? "all" : "most";

    private static string Oldest(DeployVerdictRow row) => row is { Oldest: { } ratio, AgeTo: { } age }
        ? $", {Signed(ratio)} at the largest common age of {Age(age)}"
        : "";

    private static string Rest(DeployVerdictRow row) => row is { Fall: { } fall, FallHigh: < 0, Effect: { } effect } && fall < effect
        ? $"; the fall of {Percent(fall)} at the restart is rejuvenation as well"
        : "";

    private static string Interval(DeployVerdictRow row) => row is { EffectLow: { } low, EffectHigh: { } high } ? $"{Signed(low)} to {Signed(high)}" : "unknown";

    private static string Signed(double log)
    {
        var percent = Math.Round((Math.Exp(log) - 1) * 100);
        return string.Create(CultureInfo.InvariantCulture, $"{(percent < 0 ? "-" : "+")}{Math.Abs(percent):0} %");
    }

    private static string Percent(double? log) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(Math.Exp(log ?? 0) - 1) * 100:0} %");
}
