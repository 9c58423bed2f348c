using FleetConsole.Analysis.Latency;

namespace FleetConsole.Server.Backtest;

/// <summary>One series' histogram: t,rps,p50_ms,p99_ms,mean_ms,b. Only t and b are used; the rest can be had from them.</summary>
internal static class SeriesFile
{
    private const string Header = "t,rps,p50_ms,p99_ms,mean_ms,b";

    /// <returns>The samples; a window in which the target was down is NaN.</returns>
    /// <exception cref="BacktestFormatException">The file is malformed.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static BucketSamples Read(string path, double step, double[] bounds)
    {
        var content = File.ReadAllBytes(path);
        var rows = content.AsSpan().Count((byte)'\n') + 1;
        var times = new double[rows];
        var counts = new float[rows * (bounds.Length + 1)];
        var csv = new CsvReader(path, content, Header);
        var n = 0;
        while (csv.NextLine())
        {
            var begin = csv.Number("t");
            times[n] = begin + step;
            if (!double.IsFinite(begin) || (n > 0 && times[n] <= times[n - 1]))
                throw csv.Wrong("t must ascend");
            // A window without a rate was not scraped; one with a rate and no buckets had no request.
            var down = csv.Field().IsEmpty;
            for (var skipped = 0; skipped < 3; skipped++)
                csv.Field();
            var row = counts.AsSpan(n * (bounds.Length + 1), bounds.Length + 1);
            csv.Numbers("b", row);
            if (down)
                row.Fill(float.NaN);
            n++;
        }

        return new(times[..n], step, counts[..(n * (bounds.Length + 1))], bounds);
    }
}
