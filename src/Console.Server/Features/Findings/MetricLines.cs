using FleetConsole.Analysis.Latency;
using FleetConsole.Contracts.V1;
using ProcessIncarnation = FleetConsole.Analysis.Fleet.ProcessIncarnation;

namespace FleetConsole.Server.Features.Findings;

/// <summary>A host's metrics cut into processes, for the age axis.</summary>
internal static class MetricLines
{
    // A chart of a thousand pixels cannot show more.
    private const int MostPoints = 400;

    public static IEnumerable<MetricCurve> Of(MetricSamples samples, IReadOnlyList<ProcessIncarnation> processes, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            var at = samples.Names.ToList().IndexOf(name);
            if (at < 0)
                continue;
            for (var p = 0; p < processes.Count; p++)
            {
                var end = p + 1 < processes.Count ? processes[p + 1].StartedAt : double.PositiveInfinity;
                if (Cut(samples.Times, samples.Values[at], processes[p], end) is { } curve)
                {
                    curve.Metric = name;
                    yield return curve;
                }
            }
        }
    }

    private static MetricCurve? Cut(double[] times, float[] values, ProcessIncarnation process, double end)
    {
        var own = Enumerable.Range(0, times.Length)
            .Where(i => times[i] >= process.AloneSince && times[i] < end && float.IsFinite(values[i])).ToList();
        if (own.Count == 0)
            return null;
        var every = Math.Max(1, own.Count / MostPoints);
        var kept = own.Where((_, k) => k % every == 0).ToList();
        return new()
        {
            Version = process.Version,
            StartedAt = DriftDetails.At(process.StartedAt),
            Age = DriftDetails.Bytes([.. kept.Select(i => times[i] - process.StartedAt)]),
            Values = DriftDetails.Bytes([.. kept.Select(i => (double)values[i])]),
        };
    }
}
