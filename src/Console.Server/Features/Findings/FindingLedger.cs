using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Findings;

/// <summary>What a look found of one cause.</summary>
internal sealed record Finding(
    FindingKind Kind, string Key, bool Confirmed, string Sentence, string Scope, string Cause, double Severity, byte[] Detail);

/// <summary>
/// The life of findings: opened, confirmed, resolved by something that has a name, reopened. The database is the truth;
/// it holds one open finding a key, whichever replica writes first.
/// </summary>
internal sealed class FindingLedger(IDbContextFactory<ConsoleDb> databases, ChangeBroadcast changes, TimeProvider time)
{
    // The same cause within this time is the same story.
    private static readonly TimeSpan ReopenWithin = TimeSpan.FromDays(30);

    /// <summary>Writes what a look found, as one step.</summary>
    public async Task RecordAsync(Finding found, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var row = await db.Findings.Where(f => f.Key == found.Key).OrderByDescending(f => f.Id).FirstOrDefaultAsync(cancellationToken);
        if (row is null || (row.State == FindingState.Resolved && now - row.ResolvedAt > ReopenWithin))
        {
            await OpenAsync(db, found, now, cancellationToken);
        }
        else
        {
            if (row.State == FindingState.Resolved)
                Reopen(db, row, found, now);
            else if (found.Confirmed && row.State == FindingState.Suspected)
                Confirm(db, row, now);
            (row.Sentence, row.Scope, row.Cause, row.Severity) = (found.Sentence, found.Scope, found.Cause, found.Severity);
            (row.LastSeenAt, row.Detail) = (now, found.Detail);
        }

        await db.SaveChangesAsync(cancellationToken);
        await changes.SendAsync(Changes.Findings, cancellationToken);
    }

    /// <summary>Ends a finding; nothing happens when none of that key is open.</summary>
    /// <param name="by">The restart or deploy that ended it, or what was seen instead.</param>
    public async Task ResolveAsync(string key, string by, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.Findings.SingleOrDefaultAsync(f => f.Key == key && f.State != FindingState.Resolved, cancellationToken) is not { } row)
            return;
        (row.State, row.ResolvedAt, row.ResolvedBy) = (FindingState.Resolved, time.GetUtcNow(), by);
        Note(db, row.Id, FindingStep.Resolved, by);
        await db.SaveChangesAsync(cancellationToken);
        await changes.SendAsync(Changes.Findings, cancellationToken);
    }

    /// <summary>Keys of a kind that are not resolved.</summary>
    public async Task<IReadOnlyList<string>> OpenAsync(FindingKind kind, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Findings.Where(f => f.Kind == kind && f.State != FindingState.Resolved).Select(f => f.Key).ToListAsync(cancellationToken);
    }

    private async Task OpenAsync(ConsoleDb db, Finding found, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var row = new FindingRow
        {
            Kind = found.Kind,
            Key = found.Key,
            State = found.Confirmed ? FindingState.Confirmed : FindingState.Suspected,
            Sentence = found.Sentence,
            Scope = found.Scope,
            Cause = found.Cause,
            Severity = found.Severity,
            OpenedAt = now,
            ConfirmedAt = found.Confirmed ? now : null,
            LastSeenAt = now,
            Detail = found.Detail,
        };
        db.Findings.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        Note(db, row.Id, FindingStep.Opened, found.Sentence);
        if (found.Confirmed)
            Note(db, row.Id, FindingStep.Confirmed, "");
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private void Reopen(ConsoleDb db, FindingRow row, Finding found, DateTimeOffset now)
    {
        (row.State, row.ResolvedAt, row.ResolvedBy) = (found.Confirmed ? FindingState.Confirmed : FindingState.Suspected, null, "");
        row.ConfirmedAt = found.Confirmed ? now : null;
        Note(db, row.Id, FindingStep.Reopened, found.Sentence);
        if (found.Confirmed)
            Note(db, row.Id, FindingStep.Confirmed, "");
    }

    private void Confirm(ConsoleDb db, FindingRow row, DateTimeOffset now)
    {
        (row.State, row.ConfirmedAt) = (FindingState.Confirmed, now);
        Note(db, row.Id, FindingStep.Confirmed, "");
    }

    private void Note(ConsoleDb db, long finding, FindingStep step, string note) =>
        db.FindingEvents.Add(new() { FindingId = finding, At = time.GetUtcNow(), Step = step, Note = note });
}
