using System.Globalization;
using FleetConsole.Analysis.Drift;
using SeriesVerdict = FleetConsole.Analysis.Drift.SeriesVerdict;

namespace FleetConsole.Server.Features.Findings;

/// <summary>A drift in sentences.</summary>
internal static class DriftWords
{
    public static string Sentence(DriftCause cause, DriftOptions options)
    {
        var finding = cause.Strongest;
        var proof = finding.Sawtooth switch
        {
            { Proven: true } => "restarts reset it",
            { Resets: > 0 } own => $"{own.Resets} of {own.Restarts} restarts reset it",
            _ when cause.Confirmed => "restarts elsewhere in the fleet reset it",
            _ => "no restart has reset it yet",
        };
        var metric = cause.Metric.Length > 0 ? $"; it moves with {cause.Metric}" : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{Quantile(finding)} rises {finding.Ratio.Value:0.0#}-fold over {Bins(options)} of process age ({finding.Ratio.Low:0.0#} to {finding.Ratio.High:0.0#}) on {Scope(cause)}; {proof}{metric}.");
    }

    /// <summary>"all 23 methods on 6 hosts".</summary>
    public static string Scope(DriftCause cause)
    {
        var methods = Count(cause.Series.Select(s => s.Series.Method), cause.Judged.Select(s => s.Method), "method");
        var hosts = Count(cause.Series.Select(s => s.Series.Host.Name), cause.Judged.Select(s => s.Host.Name), "host");
        return $"{methods} on {hosts}";
    }

    public static string Proof(SawtoothProof proof) => proof switch
    {
        { Restarts: 0 } => "No restart in view has enough of a process on both sides, so that age and calendar cannot be told apart yet.",
        { Proven: true } => string.Create(CultureInfo.InvariantCulture,
            $"{proof.Resets} of {proof.Restarts} restarts lowered the latency, on average to {Math.Exp(-proof.Fall.Value):P0} of what it was; its age alone would make it {Math.Exp(-proof.Predicted):P0}."),
        _ => string.Create(CultureInfo.InvariantCulture,
            $"{proof.Resets} of {proof.Restarts} restarts lowered the latency by half of what its age would make, which is no proof by itself."),
    };

    public static string Quantile(DriftFinding finding) => finding.Evidence.Quantile == LatencyQuantile.P99 ? "p99" : "p50";

    /// <summary>What ended a drift, by the series that had it.</summary>
    public static string Ending(IReadOnlyList<SeriesVerdict> series)
    {
        var ends = series.Select(s => (s.Verdict as DriftVerdict.Steady)?.Resolved?.Finding.Ended).OfType<DriftEnded>().ToLookup(e => e.ByRestart);
        if (ends[false].Count() >= ends[true].Count() && ends[false].GroupBy(e => e.By.Version, StringComparer.Ordinal).MaxBy(v => v.Count()) is { } deploy)
            return $"the deploy of {deploy.Key}";
        if (ends[true].MinBy(e => e.By.BeganAt) is not { } first)
            return "itself: its latency does not rise with process age any more";
        var at = DateTimeOffset.FromUnixTimeSeconds((long)first.By.BeganAt).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        var one = ends[true].DistinctBy(e => (e.By.Host, e.By.StartedAt)).Count() == 1;
        var version = ends[true].All(e => e.VersionKnown) ? "which kept the version" : "whose version is not known";
        return one ? $"the restart of {first.By.Host.Name} at {at} UTC, {version}" : $"restarts from {at} UTC on, {version}";
    }

    private static string Bins(DriftOptions options) => (options.Bins.Width * options.RatioAge) switch
    {
        { TotalHours: >= 1 } span => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0.#} h"),
        var span => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.#} min"),
    };

    private static string Count(IEnumerable<string> named, IEnumerable<string> all, string word)
    {
        var (some, most) = (named.Distinct(StringComparer.Ordinal).ToList(), all.Distinct(StringComparer.Ordinal).Count());
        if (some.Count == 1)
            return some[0];
        return some.Count == most ? $"all {most} {word}s" : $"{some.Count} of {most} {word}s";
    }
}
