using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Features.Deploys;

/// <summary>Latency over age around one deploy.</summary>
/// <param name="Bin">Width of the bins.</param>
/// <param name="Bins">By method, then by host.</param>
/// <param name="Generations">The processes of each of the deploy's hosts.</param>
/// <param name="Controls">The process of each waiting host that ran through the deploy.</param>
internal sealed record DeployLatency(
    TimeSpan Bin,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, AgeBins>> Bins,
    IReadOnlyList<Generations> Generations,
    IReadOnlyList<ProcessIncarnation> Controls);

/// <summary>
/// Reads what a deploy is judged by: the young hours of each generation, and the last before the restart. Lock-ups are left out: a restart ends one
/// whatever it installs, and an old process that was locked up would make any new one an improvement.
/// </summary>
internal sealed class DeployReader(
    BucketReader buckets, PrometheusClient prometheus, PromQl promQl, ProcessLedger ledger, ILockupHistory lockups, IOptions<DeployOptions> options, IOptions<WatchOptions> watch)
{
    private const int ScrapesPerBin = 3;
    private const int ScrapesPerWindow = 4;
    private const int MostWindowsPerBin = 5;
    private static readonly TimeSpan ShortLook = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongLook = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan UsualScrape = TimeSpan.FromSeconds(15);

    /// <exception cref="PrometheusException">Prometheus did not answer.</exception>
    public async Task<DeployLatency> ReadAsync(DeployRow deploy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var scrape = await ScrapeIntervalAsync(At(deploy.FirstRestartAt), now, cancellationToken);
        var bin = TimeSpan.FromSeconds(Math.Max(options.Value.BinSeconds, ScrapesPerBin * scrape.TotalSeconds));
        var step = bin / Math.Clamp(Math.Floor(bin / (ScrapesPerWindow * scrape)), 1, MostWindowsPerBin);

        // By Prometheus's clock throughout: a host's own may be off, and the samples are not by it.
        var since = deploy.FirstRestartAt - TimeSpan.FromDays(watch.Value.LookBackDays).TotalSeconds;
        var hosts = (await ledger.SinceAsync(since, cancellationToken)).GroupBy(p => p.Host.Name, StringComparer.Ordinal)
            .ToDictionary(host => host.Key, host => (IReadOnlyList<ProcessIncarnation>)[.. host.OrderBy(p => p.BeganAt)], StringComparer.Ordinal);
        var generations = deploy.Steps.DistinctBy(s => s.Host).Where(s => hosts.ContainsKey(s.Host))
            .Select(s => Generations.Of(s, hosts[s.Host], options.Value.EarlierProcesses)).OfType<Generations>().ToList();
        var controls = deploy.Waiting.Where(hosts.ContainsKey)
            .Select(host => hosts[host].LastOrDefault(p => p.BeganAt < deploy.FirstRestartAt && p.LastSeenAt > deploy.FirstRestartAt))
            .OfType<ProcessIncarnation>().ToList();
        var plan = ReadingPlan.Of(generations, controls.Count > 0, deploy.FirstRestartAt, now.ToUnixTimeMilliseconds() / 1000.0,
            (options.Value.LeastBins + 1) * bin.TotalSeconds, options.Value.MostBins * bin.TotalSeconds);
        var wanted = generations.Select(g => g.Host).Concat(controls.Select(p => p.Host.Name)).ToHashSet(StringComparer.Ordinal);
        var binning = new Binning(step, new() { Width = bin, LeastCount = options.Value.LeastCount }, hosts, await lockups.ReadAsync(At(since), now, cancellationToken));
        return new(bin, await ReadAsync(plan, binning, wanted, cancellationToken), generations, controls);
    }

    private async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, AgeBins>>> ReadAsync(
        IReadOnlyList<TimeRange> plan, Binning binning, HashSet<string> wanted, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(string Method, string Host), AgeBins>();
        foreach (var range in plan)
        {
            await foreach (var part in buckets.ReadAsync(At(range.From), At(range.To), binning.Step, cancellationToken))
            {
                foreach (var series in part.Where(s => wanted.Contains(s.Host)))
                {
                    var processes = ByPrometheusClock(binning.Hosts[series.Host]);
                    var locked = binning.Lockups.GetValueOrDefault(series.Host);
                    found[(series.Method, series.Host)] = found.TryGetValue((series.Method, series.Host), out var bins) && bins.Bounds.AsSpan().SequenceEqual(series.Samples.Bounds)
                        ? bins.Append(series.Samples, processes, except: locked)
                        : AgeBins.Of(series.Samples, processes, binning.Width, locked);
                }
            }
        }

        return found.GroupBy(f => f.Key.Method, StringComparer.Ordinal).ToDictionary(method => method.Key,
            method => (IReadOnlyDictionary<string, AgeBins>)method.ToDictionary(f => f.Key.Host, f => f.Value, StringComparer.Ordinal), StringComparer.Ordinal);
    }

    private async Task<TimeSpan> ScrapeIntervalAsync(DateTimeOffset restart, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var look in new[] { ShortLook, LongLook })
        {
            var at = restart + look < now ? restart + look : now;
            var samples = await prometheus.QueryAsync(promQl.SamplesWithin(look), at, cancellationToken);
            if (samples is [var one] && one.Last >= 2)
                return TimeSpan.FromSeconds(Math.Round(look.TotalSeconds / one.Last));
        }

        return UsualScrape;
    }

    private static List<ProcessIncarnation> ByPrometheusClock(IReadOnlyList<ProcessIncarnation> processes) =>
        [.. processes.Select(p => p with { StartedAt = p.BeganAt })];

    private static DateTimeOffset At(double unixSeconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)(unixSeconds * 1000));

    private sealed record Binning(
        TimeSpan Step, BinOptions Width, Dictionary<string, IReadOnlyList<ProcessIncarnation>> Hosts, IReadOnlyDictionary<string, IReadOnlyList<TimeRange>> Lockups);
}
