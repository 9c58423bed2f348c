using System.Globalization;
using FleetConsole.Client.Components;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Features.Findings;

/// <summary>States and numbers of findings, as people read them.</summary>
public static class FindingWords
{
    public static string State(FindingSummary finding) => (finding.Kind, finding.State) switch
    {
        (FindingKind.Lockup, not FindingState.Resolved) => "locked up",
        (_, FindingState.Suspected) => "suspected drift",
        (_, FindingState.Confirmed) => "drifting",
        (_, FindingState.Resolved) => "resolved",
        _ => "",
    };

    public static string Of(DriftState state) => state switch
    {
        DriftState.Drifting => "drifting",
        DriftState.Suspected => "suspected",
        DriftState.Steady => "steady",
        DriftState.NotEnoughData => "not enough data",
        DriftState.SourceFailed => "source failed",
        _ => Figures.None,
    };

    public static string Of(FindingStep step) => step switch
    {
        FindingStep.Opened => "opened",
        FindingStep.Confirmed => "confirmed",
        FindingStep.Resolved => "resolved",
        FindingStep.Reopened => "reopened",
        _ => "",
    };

    /// <summary>A number and its 95 % interval.</summary>
    public static string Of(Estimate? estimate, string unit, string format = "0.00") => estimate is null
        ? Figures.None
        : string.Create(CultureInfo.InvariantCulture,
            $"{estimate.Value.ToString(format, CultureInfo.InvariantCulture)}{unit} ({estimate.Low.ToString(format, CultureInfo.InvariantCulture)} to {estimate.High.ToString(format, CultureInfo.InvariantCulture)})");

    /// <summary>A metric with its unit; a count has none.</summary>
    public static string Quantity(string metric) => metric switch
    {
        "virtual memory" or "resident memory" => $"{metric} (bytes)",
        "fork time" => $"{metric} (seconds)",
        "garbage collection" => $"{metric} (seconds a second)",
        "children's CPU" => $"{metric} (cores)",
        "request mix" => $"{metric} (seconds a request)",
        _ => metric,
    };

    /// <summary>A ratio without an interval.</summary>
    public static string Times(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00}×");

    /// <summary>"24 h" for bins of an hour, "6 min" for bins of fifteen seconds.</summary>
    public static string Bins(double binSeconds, int bins = 24) => TimeSpan.FromSeconds(binSeconds * bins) switch
    {
        { TotalMinutes: < 1 } span => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#} s"),
        { TotalHours: < 1 } span => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.#} min"),
        var span => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0.#} h"),
    };
}
