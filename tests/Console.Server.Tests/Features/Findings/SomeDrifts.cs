using FleetConsole.Analysis.Drift;
using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;
using FleetConsole.Server.Features.Findings;

namespace FleetConsole.Server.Tests.Features.Findings;

/// <summary>Verdicts of the method m, one a host, and looks that are made of them.</summary>
internal static class SomeDrifts
{
    public static DriftOptions Options { get; } = new();

    public static Look Look(params SeriesVerdict[] series) => Look(Options, series);

    public static Look Look(DriftOptions options, params SeriesVerdict[] series)
    {
        var report = Report(series);
        return new(report, DriftCause.Of(report), new(options, [], new Dictionary<string, MetricSamples>(), [], default, default));
    }

    public static FleetDriftReport Report(params SeriesVerdict[] series) =>
        new(0, series, [], [], new("", new DriftVerdict.NotEnoughData(0, 1), 0, 0, 0), []);

    public static SeriesVerdict Steady(string host) => new(new(host), "m", new DriftVerdict.Steady(default, 0, null), null);

    /// <summary>Steady, after a drift of version 1.0 that this one ended; 1.0 itself is a mere restart.</summary>
    public static SeriesVerdict EndedBy(string version, string host, double startedAt = 0) => new(new(host), "m", new DriftVerdict.Steady(
        default, 0, new(Finding(host, "fork time") with { Ended = new(0, "1.0", new(new(host), startedAt, startedAt, startedAt + 1, startedAt, version)) }, WasCertain: true)), null);

    public static SeriesVerdict TooYoung(string host) => new(new(host), "m", new DriftVerdict.NotEnoughData(1, 14), null);

    public static SeriesVerdict Drifts(string host, string metric) => new(new(host), "m", new DriftVerdict.Drifting(Finding(host, metric)), null);

    public static SeriesVerdict Suspected(string host, string metric) => new(new(host), "m", new DriftVerdict.Suspected(Finding(host, metric)), null);

    /// <summary>Latency that doubles.</summary>
    public static DriftFinding Finding(string host, string metric) => new(
        new(2, 1.5, 2.5), default, default, 0.1, 0, 0, new ProcessIncarnation(new(host), 0, 0, 1, 0, "1.0"), SawtoothProof.None,
        new(5, 2, 3, default, default, default, default, 1, 0.1, 20, Options), [new(metric, 0.8, 0, 1)], null);
}
