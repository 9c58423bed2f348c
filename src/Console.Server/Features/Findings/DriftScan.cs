using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Findings;

/// <summary>Looks for drift as often as bins fill up, and writes what it finds into the ledger.</summary>
internal sealed partial class DriftScan(
    DriftLookers lookers, FindingLedger ledger, ILockupHistory lockups, DriftBoard board, DriftMetrics metrics, IDbContextFactory<ConsoleDb> databases, PrometheusWatch fleet,
    ChangeBroadcast changes, Rounds rounds, TimeProvider time, ILogger<DriftScan> logger)
    : BackgroundService
{
    // Prometheus must have shown the fleet first; then a look a bin, but no more than every fifteen seconds.
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(15);

    // After a failure not a whole bin's time is waited.
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(60);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(lookers.Make().Select(looker => RunAsync(looker, stoppingToken)));

    private Task RunAsync(DriftLooker looker, CancellationToken stoppingToken)
    {
        var due = DateTimeOffset.MinValue;
        return rounds.RunAsync("drift", Pace, async cancel =>
        {
            if (fleet.Current.AsOf is null || time.GetUtcNow() < due)
                return;
            due = time.GetUtcNow() + Again;
            if (await LookAsync(looker, cancel))
                due = time.GetUtcNow() + Later(TimeSpan.FromSeconds(looker.BinSeconds));
        }, stoppingToken);
    }

    private async Task<bool> LookAsync(DriftLooker looker, CancellationToken cancellationToken)
    {
        try
        {
            var started = time.GetTimestamp();
            var now = time.GetUtcNow();
            var look = await looker.LookAsync(now, await lockups.ReadAsync(now - looker.Window, now, cancellationToken), cancellationToken);
            board.Show(looker.Tell(look), look.Report.Series);
            metrics.Show(look);
            await WriteAsync(look, cancellationToken);
            Looked(logger, looker.BinSeconds, look.Report.Series.Count, look.Causes.Count, time.GetElapsedTime(started).TotalSeconds);
            await changes.SendAsync(Changes.Findings, cancellationToken);
            return true;
        }
        catch (PrometheusException e)
        {
            board.Fail(looker.BinSeconds, e.Message);
            NotLooked(logger, looker.BinSeconds, e.Message);
            await changes.SendAsync(Changes.Findings, cancellationToken);
            return false;
        }
    }

    private async Task WriteAsync(Look look, CancellationToken cancellationToken)
    {
        var open = await OpenAsync(look.Data.Options.Bins.WidthSeconds, cancellationToken);
        var matched = DriftKeys.Match(look.Causes, open, look.Data.Options).ToList();
        foreach (var (cause, key) in matched)
            await ledger.RecordAsync(Of(cause, key, look.Data), cancellationToken);
        foreach (var (key, by) in DriftKeys.Ended(look, open).Concat(DriftKeys.Absorbed(look, open, [.. matched.Select(m => m.Key)])))
            await ledger.ResolveAsync(key, by, cancellationToken);
    }

    private async Task<IReadOnlyList<OpenDrift>> OpenAsync(double binSeconds, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Findings.AsNoTracking().Where(f => f.Kind == FindingKind.Drift && f.State != FindingState.Resolved)
            .Select(f => new { f.Key, f.Detail }).ToListAsync(cancellationToken);
        return
        [
            .. rows.Select(row => (row.Key, Detail: DriftDetail.Parser.ParseFrom(row.Detail))).Where(row => row.Detail.BinSeconds == binSeconds)
                .Select(row => new OpenDrift(row.Key, row.Detail.Series.Select(s => (s.Host, s.Method)).ToHashSet())),
        ];
    }

    private static Finding Of(DriftCause cause, string key, LookData data) => new(
        FindingKind.Drift, key, cause.Confirmed, DriftWords.Sentence(cause, data.Options), DriftWords.Scope(cause), cause.Metric,
        Math.Log(cause.Strongest.Ratio.Value) * cause.Series.Count, DriftDetails.Of(cause, data).ToByteArray());

    private static TimeSpan Later(TimeSpan bin) => bin > Least ? bin : Least;

    [LoggerMessage(200, LogLevel.Information, "Looked for drift in bins of {Bin} s: {Series} series, {Causes} causes, {Seconds:0.0} s")]
    private static partial void Looked(ILogger logger, double bin, int series, int causes, double seconds);

    [LoggerMessage(201, LogLevel.Warning, "No look for drift in bins of {Bin} s. {Message}")]
    private static partial void NotLooked(ILogger logger, double bin, string message);
}
