using FleetConsole.Server.Hosting;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Features.Captures;

/// <summary>
/// Removes uploaded files that are too old, too many or too large, the oldest first. What was taken from a host was taken by a command, and the audit
/// trail points to it for ever, as does a finding that was open then: of that nothing goes by age or number, only by a person's hand
/// (<see cref="CaptureDeletions"/>). It says how near each host is to where nothing more is taken (<see cref="CaptureRoom"/>).
/// </summary>
internal sealed partial class CaptureRetention(
    IDbContextFactory<ConsoleDb> databases, CaptureFiles files, CaptureRoom room, Rounds rounds, IOptions<CapturesOptions> options, TimeProvider time, ILogger<CaptureRetention> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(10);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => rounds.RunAsync("captures", Pace, SweepAsync, stoppingToken);

    /// <summary>The uploaded files that have to go.</summary>
    public static IReadOnlyList<CaptureRow> Overdue(IEnumerable<CaptureRow> rows, CapturesOptions options, DateTimeOffset now)
    {
        var brought = rows.Where(row => row.CommandId.Length == 0 && row.DeletedAt is null).OrderBy(row => row.TakenAt).ToList();
        var (count, bytes) = (brought.Count, brought.Sum(row => row.SizeBytes));
        var overdue = new List<CaptureRow>();
        foreach (var row in brought)
        {
            if (now - row.TakenAt <= TimeSpan.FromDays(options.KeepDays) && count <= options.MostPerHost && bytes <= options.MegabytesPerHost * 1024L * 1024)
                break;
            overdue.Add(row);
            (count, bytes) = (count - 1, bytes - row.SizeBytes);
        }

        return overdue;
    }

    /// <summary>One round.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var row in Overdue(await db.Captures.AsNoTracking().Where(c => c.CommandId == "").ToListAsync(cancellationToken), options.Value, time.GetUtcNow()))
        {
            await db.Captures.Where(c => c.Id == row.Id).ExecuteDeleteAsync(cancellationToken);
            await files.DropUnusedAsync(db, row.Sha256, cancellationToken);
            Removed(logger, row.Id, row.Kind, row.TakenAt);
        }

        // The console may have ended, or the disk refused, between a deletion's row and its file.
        foreach (var sha256 in await db.Captures.Where(c => c.DeletedAt != null).Select(c => c.Sha256).Distinct().ToListAsync(cancellationToken))
        {
            if (File.Exists(files.PathOf(sha256)))
                await files.DropUnusedAsync(db, sha256, cancellationToken);
        }

        foreach (var use in await room.ReadAsync(db, "", cancellationToken))
            ConsoleMetrics.CaptureShare.WithLabels(use.Host).Set(use.Share);
    }

    [LoggerMessage(162, LogLevel.Information, "The uploaded file {Id} ({Kind}, {TakenAt}) is removed: too old, or too many")]
    private static partial void Removed(ILogger logger, long id, string kind, DateTimeOffset takenAt);
}
