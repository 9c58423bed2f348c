using FleetConsole.Analysis.Drift;

namespace FleetConsole.Server.Backtest;

/// <summary>
/// <c>Console.Server backtest DIR [--level suspected|drifting]</c>: the detector over labelled data, outside of any server.
/// Standard output is one JSON verdict a series and nothing else.
/// </summary>
internal static class BacktestCommand
{
    private const string Usage = "Usage: Console.Server backtest DIR [--level suspected|drifting]";

    public static bool Is(string[] args) => args is ["backtest", ..];

    /// <returns>0 when every series was judged, 1 when the data cannot be read, 2 for a wrong command line.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        if (Parse(args) is not var (folder, suspected))
        {
            error.WriteLine(Usage);
            return 2;
        }

        try
        {
            Judge(folder, suspected, output);
            return 0;
        }
        catch (Exception e) when (e is BacktestFormatException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine(e.Message.ReplaceLineEndings(" "));
            return 1;
        }
    }

    private static (string Folder, bool Suspected)? Parse(string[] args) => args switch
    {
        ["backtest", var folder] when !folder.StartsWith('-') => (folder, false),
        ["backtest", var folder, "--level", "drifting"] => (folder, false),
        ["backtest", var folder, "--level", "suspected"] => (folder, true),
        _ => null,
    };

    private static void Judge(string folder, bool suspected, TextWriter output)
    {
        var manifest = BacktestManifest.Read(folder);
        var options = new DriftOptions();
        var lines = manifest.Series.GroupBy(s => s.Fleet, StringComparer.Ordinal)
            .AsParallel().AsOrdered()
            .Select(fleet => Judge(folder, manifest, [.. fleet], options, suspected));
        try
        {
            foreach (var line in lines.SelectMany(fleet => fleet))
                output.WriteLine(line);
        }
        catch (AggregateException e) when (e.Flatten().InnerExceptions is [var first, ..] && first is BacktestFormatException or IOException or UnauthorizedAccessException)
        {
            throw e.Flatten().InnerExceptions.OrderBy(inner => inner.Message, StringComparer.Ordinal).First();
        }
    }

    private static List<string> Judge(string folder, BacktestManifest manifest, BacktestSeries[] series, DriftOptions options, bool suspected)
    {
        var fleet = BacktestFleet.Read(folder, manifest, series, options);
        var report = FleetDrift.Judge(fleet.Series, fleet.Metrics, fleet.Now, options);
        return [.. report.Series.Select((verdict, i) =>
            BacktestVerdict.Of(fleet.Names[i], verdict, fleet.Lockups[verdict.Host], suspected).ToLine())];
    }
}
