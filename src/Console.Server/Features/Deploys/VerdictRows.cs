using System.Runtime.InteropServices;
using FleetConsole.Analysis.Deploys;
using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Deploys;

/// <summary>Judges every method of a deploy and writes the verdicts as rows.</summary>
internal static class VerdictRows
{
    public const double P99 = 0.99;
    public const double P50 = 0.5;
    private const int MostMissing = 3;

    public static IEnumerable<DeployVerdictRow> Of(DeployRow deploy, DeployLatency latency, JudgeOptions options, double now)
    {
        // Series are made anew for each look at a method: those of all methods and hosts at once would be gigabytes.
        var cells = latency.Bins.OrderBy(m => m.Key, StringComparer.Ordinal)
            .SelectMany(method => new[] { (LatencyQuantile.P99, P99), (LatencyQuantile.P50, P50) }.Select(q => new Cell(method.Key, method.Value, q.Item1, q.Item2)))
            .Where(cell => latency.Generations.Any(g => cell.Bins.ContainsKey(g.Host))).ToList();
        var judged = DeployFamily.Judge(
            cells, (cell, levels) => DeployJudge.Judge(HostsOf(cell, latency), ControlsOf(cell, latency), deploy.FirstRestartAt, now, options, levels), options.FalseDiscoveryRate);
        foreach (var (cell, verdicts) in cells.Zip(judged))
        {
            yield return Row(deploy.Id, "", cell.Method, cell.Number, verdicts.Together, options, null);
            foreach (var (host, (_, verdict)) in HostsOf(cell, latency).Zip(verdicts.Hosts))
                yield return Row(deploy.Id, host.Host.Name, cell.Method, cell.Number, verdict, options, host);
        }
    }

    /// <summary>A deploy of which nothing could be compared at all.</summary>
    public static DeployVerdictRow Without(long deploy, VerdictWord word, string reason) =>
        new() { DeployId = deploy, Host = "", Method = "", Quantile = P99, Word = word, Reason = reason };

    private static List<RestartedHost> HostsOf(Cell cell, DeployLatency latency) =>
        [.. latency.Generations.Where(g => cell.Bins.ContainsKey(g.Host)).Select(g => Restarted(g, cell.Bins[g.Host], cell.Quantile))];

    private static List<AgeSeries> ControlsOf(Cell cell, DeployLatency latency) =>
        [.. latency.Controls.Where(p => cell.Bins.ContainsKey(p.Host.Name)).Select(p => AgeSeries.Of(cell.Bins[p.Host.Name], p.BeganAt, cell.Quantile))];

    private static RestartedHost Restarted(Generations host, AgeBins bins, LatencyQuantile quantile) => new(
        new HostId(host.Host),
        AgeSeries.Of(bins, host.After.BeganAt, quantile),
        AgeSeries.Of(bins, host.Replaced.BeganAt, quantile),
        [.. host.Earlier.Select(p => AgeSeries.Of(bins, p.BeganAt, quantile)).Where(series => series.Points.Count > 0)]);

    private static DeployVerdictRow Row(
        long deploy, string host, string method, double quantile, DeployVerdict verdict, JudgeOptions options, RestartedHost? series)
    {
        var shortage = verdict as DeployVerdict.NotEnoughData;
        var n = verdict.Comparison;
        return new()
        {
            DeployId = deploy,
            Host = host,
            Method = method,
            Quantile = quantile,
            Word = Word(verdict),
            Reason = shortage is null ? "" : DeployWords.Why(shortage.Why),
            Fall = n?.Fall?.Value,
            FallLow = n?.Fall?.Low,
            FallHigh = n?.Fall?.High,
            Effect = n?.AtEqualAge.Value,
            EffectLow = n?.AtEqualAge.Low,
            EffectHigh = n?.AtEqualAge.High,
            Oldest = n?.AtOldestAge.Value,
            OldestLow = n?.AtOldestAge.Low,
            OldestHigh = n?.AtOldestAge.High,
            AgeFrom = n?.AgeFromSeconds,
            AgeTo = n?.AgeToSeconds,
            RateBefore = n?.RateBefore,
            RateAfter = n?.RateAfter,
            Requests = n?.Requests ?? 0,
            ProcessesBefore = n?.ProcessesBefore ?? 0,
            ControlHosts = n?.ControlHosts ?? 0,
            ControlShift = n?.Control?.Value,
            Bins = n?.Bins ?? shortage?.Have ?? 0,
            BinsNeeded = options.LeastBins,
            BinSeconds = options.Bin.TotalSeconds,
            EnoughAt = shortage?.EnoughAt,
            BeforeAges = Ages(series?.Replaced),
            BeforeSeconds = Latency(series?.Replaced),
            AfterAges = Ages(series?.After),
            AfterSeconds = Latency(series?.After),
        };
    }

    private static VerdictWord Word(DeployVerdict verdict) => verdict switch
    {
        DeployVerdict.Improved => VerdictWord.Improved,
        DeployVerdict.Worse => VerdictWord.Worse,
        DeployVerdict.Unchanged => VerdictWord.Unchanged,
        DeployVerdict.Rejuvenation => VerdictWord.Rejuvenation,
        DeployVerdict.SourceFailed => VerdictWord.SourceFailed,
        _ => VerdictWord.NotEnoughData,
    };

    private static byte[] Ages(AgeSeries? series) => Bytes(series, p => p.AgeSeconds, p => p.AgeSeconds);

    private static byte[] Latency(AgeSeries? series) => Bytes(series, p => Math.Exp(p.Log), _ => double.NaN);

    // The contract's byte order is that of every machine .NET runs on. What was not read between youth and the last age
    // before the restart is a gap and no line.
    private static byte[] Bytes(AgeSeries? series, Func<AgePoint, double> of, Func<AgePoint, double> gap)
    {
        var points = series?.Points ?? [];
        var values = new List<double>(points.Count);
        for (var i = 0; i < points.Count; i++)
        {
            if (i > 0 && points[i].Number - points[i - 1].Number > MostMissing)
                values.Add(gap(points[i - 1]));
            values.Add(of(points[i]));
        }

        return MemoryMarshal.AsBytes<double>([.. values]).ToArray();
    }

    private sealed record Cell(string Method, IReadOnlyDictionary<string, AgeBins> Bins, LatencyQuantile Quantile, double Number);
}
