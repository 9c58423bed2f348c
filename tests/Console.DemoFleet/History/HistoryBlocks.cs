using System.Diagnostics;

namespace FleetConsole.DemoFleet.History;

/// <summary>Makes the past as OpenMetrics text and loads it into Prometheus's data folder with promtool.</summary>
internal static class HistoryBlocks
{
    // promtool reads its whole input once for each two hours of samples; small files keep that short.
    private const double ChunkSeconds = 8 * 3600;
    private const double BlockSeconds = 2 * 3600;
    private const int Seed = 20170301;

    /// <summary>Writes the blocks; Prometheus must not run on the folder yet.</summary>
    /// <exception cref="DemoException">promtool failed.</exception>
    public static async Task WriteAsync(Timeline timeline, IReadOnlyList<string> hosts, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var histories = hosts.Select((host, i) => new HostHistory(host, Seed + i, timeline)).ToList();
        var running = new List<Task>();
        var at = timeline.From;
        while (at < timeline.To)
        {
            // Chunks end on Prometheus's block boundaries, so that no two files feed one block.
            var end = Math.Min(timeline.To, Math.Floor((at + ChunkSeconds) / BlockSeconds) * BlockSeconds);
            var file = new OpenMetricsFile();
            for (; at < end; at += OpenMetricsFile.StepSeconds)
            {
                foreach (var history in histories)
                    history.Sample(at, file);
            }

            var path = Path.Combine(folder, FormattableString.Invariant($"history-{at:0}.om"));
            file.Write(path);
            running.Add(LoadAsync(path, folder, cancellationToken));
            if (running.Count >= 2)
            {
                await running[0];
                running.RemoveAt(0);
            }
        }

        await Task.WhenAll(running);
    }

    private static async Task LoadAsync(string path, string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("promtool") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "tsdb", "create-blocks-from", "openmetrics", "-q", path, folder })
            start.ArgumentList.Add(argument);
        using var promtool = Process.Start(start) ?? throw new DemoException("promtool did not start. Install Debian's prometheus package.");
        var error = promtool.StandardError.ReadToEndAsync(cancellationToken);
        await promtool.StandardOutput.ReadToEndAsync(cancellationToken);
        await promtool.WaitForExitAsync(cancellationToken);
        if (promtool.ExitCode != 0)
            throw new DemoException($"promtool could not load the history: {(await error).Trim()}");
        File.Delete(path);
    }
}
