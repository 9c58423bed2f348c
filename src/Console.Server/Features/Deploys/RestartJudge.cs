using System.Globalization;
using FleetConsole.Analysis.Fleet;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Features.Deploys;

/// <summary>Judges restarts that change no version as deploys are judged: by the same bins, fits and words.</summary>
internal sealed class RestartJudge(DeployReader reader, ProcessLedger ledger, PrometheusWatch fleet, IOptions<DeployOptions> options, IOptions<WatchOptions> watch, TimeProvider time)
    : IEqualAgeJudge
{
    // The bin in which a process starts is not a whole one.
    public TimeSpan LeastAge => TimeSpan.FromSeconds((options.Value.LeastBins + 1) * options.Value.BinSeconds);

    public async Task<EqualAgeWord> JudgeAsync(IReadOnlyDictionary<string, double> startedAt, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var nowSeconds = now.ToUnixTimeMilliseconds() / 1000.0;
        var known = (await ledger.SinceAsync(nowSeconds - TimeSpan.FromDays(watch.Value.LookBackDays).TotalSeconds, cancellationToken))
            .ToLookup(p => p.Host.Name, StringComparer.Ordinal);
        var steps = startedAt.Select(host => StepOf(host.Key, host.Value, [.. known[host.Key].OrderBy(p => p.BeganAt)])).OfType<DeployStep>().ToList();
        if (steps.Count == 0)
            return new(Enough: false, "");
        var restart = new DeployRow
        {
            Kind = WaveKind.Restart,
            Shape = WaveShape.Partial,
            ToVersion = "",
            FromVersions = [],
            FirstRestartAt = steps.Min(step => step.At),
            LastRestartAt = steps.Max(step => step.At),
            Steps = steps,
            Waiting = [.. fleet.Current.Hosts.Keys.Except(startedAt.Keys)],
        };
        try
        {
            var latency = await reader.ReadAsync(restart, now, cancellationToken);
            return WordOf([.. VerdictRows.Of(restart, latency, options.Value.ToJudge(latency.Bin), nowSeconds)]);
        }
        catch (PrometheusException e)
        {
            return new(Enough: false, "", e.Message);
        }
    }

    private static DeployStep? StepOf(string host, double startedAt, IReadOnlyList<ProcessIncarnation> processes)
    {
        var after = processes.LastOrDefault(p => Math.Abs(p.StartedAt - startedAt) <= Incarnations.StartJitterSeconds);
        var replaced = after is null ? null : processes.LastOrDefault(p => p.BeganAt < after.BeganAt);
        return replaced is null ? null : new DeployStep
        {
            Host = host,
            At = after!.BeganAt,
            StartedAt = after.StartedAt,
            StartedBefore = replaced.StartedAt,
            FromVersion = replaced.Version,
        };
    }

    private static EqualAgeWord WordOf(IReadOnlyList<DeployVerdictRow> rows)
    {
        var together = rows.Where(row => row.Host.Length == 0).ToList();
        var worse = together.Where(row => row.Word == VerdictWord.Worse).OrderByDescending(row => row.Effect).FirstOrDefault();
        return new(
            together.Exists(row => row.Word is not (VerdictWord.NotEnoughData or VerdictWord.SourceFailed)),
            worse is null ? "" : string.Create(CultureInfo.InvariantCulture,
                $"p{worse.Quantile * 100:0} of {worse.Method} is {Math.Exp(worse.Effect ?? 0) - 1:P0} higher than before at equal age"));
    }
}
