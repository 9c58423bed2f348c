using System.Text.Json;
using System.Text.Json.Serialization;
using FleetConsole.Analysis.Drift;
using FleetConsole.Analysis.Latency;

namespace FleetConsole.Server.Backtest;

/// <summary>One line of a backtest's output.</summary>
internal sealed record BacktestVerdict(
    string Series,
    bool Drift,
    double Score,
    [property: JsonPropertyName("ratio24")] double? Ratio24,
    [property: JsonPropertyName("slope_ms_per_h")] double? SlopeMsPerHour,
    [property: JsonPropertyName("onset_age_h")] double? OnsetAgeHours,
    string? Metric,
    string? Step,
    [property: JsonPropertyName("step_t")] long? StepAt,
    long[] Lockups)
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>One verdict as a line of JSON.</summary>
    public string ToLine() => JsonSerializer.Serialize(this, s_json);

    /// <param name="suspected">Whether a mere suspicion counts as drift.</param>
    public static BacktestVerdict Of(string name, SeriesVerdict judged, IReadOnlyList<TimeRange> lockups, bool suspected)
    {
        var (finding, certain, score) = judged.Verdict switch
        {
            DriftVerdict.Drifting drifting => (drifting.Finding, true, drifting.Finding.Evidence.Score),
            DriftVerdict.Suspected suspicion => (suspicion.Finding, false, suspicion.Finding.Evidence.Score),
            DriftVerdict.Steady { Resolved: { } ended } steady => (ended.Finding, ended.WasCertain, steady.Score),
            DriftVerdict.Steady steady => (null, false, steady.Score),
            _ => ((DriftFinding?)null, false, -9.0),
        };
        return new(
            name,
            finding is not null && (certain || suspected),
            Math.Round(score, 3),
            finding?.RatioP99,
            finding?.MillisecondsPerHour.Value,
            finding?.OnsetAgeSeconds / 3600,
            finding is { CoMoving: [{ } closest, ..] } ? closest.Name : null,
            judged.Step is { } step ? step.Ratio.Value > 1 ? "up" : "down" : null,
            judged.Step is { } at ? (long)at.At : null,
            [.. lockups.Select(l => (long)l.From)]);
    }
}
