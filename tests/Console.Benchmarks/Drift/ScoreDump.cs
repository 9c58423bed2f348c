using System.Globalization;
using FleetConsole.Analysis.Drift;
using FleetConsole.Server.Backtest;

namespace FleetConsole.Benchmarks.Drift;

internal static class ScoreDump
{
    public static void Run(string folder, string outFile, double first, double every)
    {
        var manifest = BacktestManifest.Read(folder);
        var fleets = manifest.Series.GroupBy(s => s.Fleet).ToList();
        using var writer = new StreamWriter(outFile);
        var gate = new object();
        Parallel.ForEach(fleets, new ParallelOptions { MaxDegreeOfParallelism = 2 }, fleet =>
        {
            var options = new DriftOptions { Bins = new() { LeastCount = int.Parse(Environment.GetEnvironmentVariable("LC") ?? "10", CultureInfo.InvariantCulture) } };
            var raw = RawFleet.Read(folder, manifest, [.. fleet]);
            var lines = new List<string>();
            var n = raw.Windows;
            for (var hours = first; ; hours += every)
            {
                var k = Math.Min(n, (int)(hours * 3600 / manifest.StepSeconds));
                var cut = raw.Cut(k, options);
                var fits = cut.Series.Select(s => DriftFit.Of(s, cut.Now, options)).ToList();
                foreach (var line in FleetScores.Dump(fits, options))
                    lines.Add(line.Replace("@", string.Create(CultureInfo.InvariantCulture, $"{raw.Names[int.Parse(line[..line.IndexOf(' ')], CultureInfo.InvariantCulture)]} {cut.Now}")));
                if (k >= n)
                    break;
            }

            lock (gate)
            {
                foreach (var line in lines)
                    writer.WriteLine(line);
            }
        });
    }
}
