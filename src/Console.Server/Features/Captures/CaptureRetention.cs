using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Features.Captures;

/// <summary>
/// Removes captures that are too old, or too many or too large for their host, the oldest first. What explains an act is never removed: the evidence
/// of a command that replaced a process, to which the audit trail points for ever, and what was taken while a finding was open.
/// </summary>
internal sealed partial class CaptureRetention(
    IDbContextFactory<ConsoleDb> databases, CaptureFiles files, Rounds rounds, IOptions<CapturesOptions> options, TimeProvider time, ILogger<CaptureRetention> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(10);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => rounds.RunAsync("captures", Pace, SweepAsync, stoppingToken);

    /// <summary>The rows that have to go.</summary>
    public static IReadOnlyList<CaptureRow> Overdue(IEnumerable<CaptureRow> rows, ISet<string> pinned, CapturesOptions options, DateTimeOffset now)
    {
        var overdue = new List<CaptureRow>();

        // What stays in any case does not count: otherwise much evidence would leave no room for anything else.
        foreach (var host in rows.Where(row => !pinned.Contains(row.CommandId) || row.CommandId.Length == 0).GroupBy(row => row.Host))
        {
            var (count, bytes) = (host.Count(), host.Sum(row => row.SizeBytes));
            foreach (var row in host.OrderBy(row => row.TakenAt))
            {
                if (now - row.TakenAt <= TimeSpan.FromDays(options.KeepDays) && count <= options.MostPerHost && bytes <= options.MegabytesPerHost * 1024L * 1024)
                    break;
                overdue.Add(row);
                (count, bytes) = (count - 1, bytes - row.SizeBytes);
            }
        }

        return overdue;
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var replacing = CommandActions.Replacing;
        var pinned = await db.Commands.AsNoTracking().Where(c => replacing.Contains(c.Action)).Select(c => c.Id).ToListAsync(cancellationToken);
        pinned.AddRange(await OfFindingsAsync(db, cancellationToken));
        var overdue = Overdue(await db.Captures.AsNoTracking().ToListAsync(cancellationToken), pinned.ToHashSet(StringComparer.Ordinal), options.Value, time.GetUtcNow());
        foreach (var row in overdue)
        {
            await db.Captures.Where(c => c.Id == row.Id).ExecuteDeleteAsync(cancellationToken);
            if (!await db.Captures.AnyAsync(c => c.Sha256 == row.Sha256, cancellationToken))
                File.Delete(files.PathOf(row.Sha256));
            Removed(logger, row.Id, row.Kind, row.Host, row.TakenAt);
        }
    }

    // What was taken of a host while something was found there; a drift is found of the whole fleet.
    private static async Task<List<string>> OfFindingsAsync(ConsoleDb db, CancellationToken cancellationToken)
    {
        var findings = await db.Findings.AsNoTracking().Select(f => new { f.Kind, f.Scope, f.OpenedAt, f.ResolvedAt }).ToListAsync(cancellationToken);
        var captures = await db.Captures.AsNoTracking().Where(c => c.CommandId != "").Select(c => new { c.CommandId, c.Host, c.TakenAt }).ToListAsync(cancellationToken);
        return [.. captures.Where(c => findings.Exists(f => c.TakenAt >= f.OpenedAt && !(c.TakenAt > f.ResolvedAt) && (f.Kind == FindingKind.Drift || f.Scope == c.Host)))
            .Select(c => c.CommandId)];
    }

    [LoggerMessage(162, LogLevel.Information, "Capture {Id} ({Kind} of {Host}, {TakenAt}) is removed: too old, or too many of its host")]
    private static partial void Removed(ILogger logger, long id, string kind, string host, DateTimeOffset takenAt);
}
