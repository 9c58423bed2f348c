using System.Text.Json.Nodes;
using FleetConsole.Analysis.Drift;
using FleetConsole.Server.Backtest;

namespace FleetConsole.Benchmarks.Drift;

/// <summary>
/// What replay.py does with the backtest command, within one process: growing prefixes, each judged as if the rest did not
/// exist. Writes the same lines, for score.py; five times as fast, for trying things out.
/// </summary>
internal static class Looks
{
    public static void Run(string folder, string outFile, double first, double every, bool suspected)
    {
        var manifest = BacktestManifest.Read(folder);
        var fleets = manifest.Series.GroupBy(s => s.Fleet, StringComparer.Ordinal).ToList();
        var lines = fleets.AsParallel().AsOrdered().WithDegreeOfParallelism(2)
            .SelectMany(fleet => Fleet(folder, manifest, [.. fleet], (first, every, suspected)));
        File.WriteAllLines(outFile, lines);
    }

    private static List<string> Fleet(string folder, BacktestManifest manifest, BacktestSeries[] fleet, (double First, double Every, bool Suspected) looks)
    {
        var options = new DriftOptions();
        var raw = RawFleet.Read(folder, manifest, fleet);
        var merged = fleet.Select(s => new JsonObject { ["series"] = s.Series, ["drift"] = false, ["alarms"] = new JsonArray() }).ToArray();
        var before = new bool[fleet.Length];
        var fits = new DriftFit?[fleet.Length];
        for (var hours = looks.First; ; hours += looks.Every)
        {
            var windows = Math.Min(raw.Windows, (int)(hours * 3600 / manifest.StepSeconds));
            var cut = raw.Cut(windows, options);
            for (var i = 0; i < fits.Length; i++)
                fits[i] = DriftFit.Next(fits[i], cut.Series[i], cut.Now, options);
            var report = FleetDrift.Judge([.. fits.OfType<DriftFit>()], cut.Metrics, cut.Now, options);
            for (var i = 0; i < fleet.Length; i++)
            {
                var judged = report.Series[i];
                var verdict = BacktestVerdict.Of(fleet[i].Series, judged, cut.Lockups[judged.Host], looks.Suspected);
                Merge(merged[i], JsonNode.Parse(verdict.ToLine())!.AsObject(), cut.Now, before[i]);
                before[i] = verdict.Drift;
            }

            if (windows >= raw.Windows)
                return [.. merged.Select(m => m.ToJsonString())];
        }
    }

    private static void Merge(JsonObject into, JsonObject verdict, double now, bool before)
    {
        var drift = verdict["drift"]!.GetValue<bool>();
        var already = into["drift"]!.GetValue<bool>();
        if (drift && !before)
            into["alarms"]!.AsArray().Add(now);
        foreach (var (name, value) in verdict)
        {
            if (name is "series" or "drift")
                continue;
            if (name == "score")
                into[name] = Math.Max(into[name]?.GetValue<double>() ?? double.NegativeInfinity, value!.GetValue<double>());
            else if (name is "step" or "step_t" or "lockups" || drift || !already)
                into[name] = value?.DeepClone();
        }

        if (drift && !already)
            (into["drift"], into["detected_at"]) = (true, now);
    }
}
