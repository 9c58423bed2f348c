using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Storage;

/// <summary>What is wrong with the trail.</summary>
/// <param name="Id">The first row that does not hold.</param>
internal sealed record AuditBreak(long Id, string Message);

/// <summary>Where the chain ends.</summary>
internal sealed record AuditEnd(long Id, string Hash);

/// <summary>
/// The hash chain over the audit trail. A row's hash covers the hash before it and each of its own fields with its
/// length in front, so that no text can be moved from one field into the next.
/// </summary>
internal static class AuditChain
{
    private const int PageSize = 1000;

    public static string HashOf(string before, AuditRow row)
    {
        var text = new StringBuilder();
        foreach (var field in new[]
        {
            before, row.Id.ToString(CultureInfo.InvariantCulture), row.At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            ((int)row.Phase).ToString(CultureInfo.InvariantCulture), row.CommandId, row.User, row.Action, row.Host, row.Reason,
            row.RemoteAddress, row.Outcome, row.Detail,
        })
        {
            text.Append(CultureInfo.InvariantCulture, $"{field.Length}:{field};");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>
    /// Puts the rows at the chain's end. The caller's transaction must have begun: the end may not move meanwhile. Where the database does not hold
    /// what was noted, the rows follow the note: they stand as they are, and the gap before them can be seen for ever.
    /// </summary>
    /// <param name="noted">Where the chain ended by the note beside the database; null when there is none.</param>
    /// <returns>What the database lacks; null when it holds all.</returns>
    public static async Task<AuditBreak?> AppendAsync(ConsoleDb db, IEnumerable<AuditRow> rows, AuditEnd? noted, CancellationToken cancellationToken)
    {
        var last = await db.Audit.AsNoTracking().OrderByDescending(a => a.Id).Select(a => new AuditEnd(a.Id, a.Hash)).FirstOrDefaultAsync(cancellationToken)
            ?? new AuditEnd(0, "");
        var broken = noted is null ? null : await BreakAsync(db, last, noted, cancellationToken);
        var (id, hash) = broken is null ? last : new(Math.Max(last.Id, noted!.Id), noted.Hash);
        foreach (var row in rows)
        {
            row.Id = ++id;
            row.Hash = hash = HashOf(hash, row);
            db.Audit.Add(row);
        }

        return broken;
    }

    // A console that was killed between the commit and the note has more rows than were noted, never fewer.
    private static async Task<AuditBreak?> BreakAsync(ConsoleDb db, AuditEnd last, AuditEnd noted, CancellationToken cancellationToken)
    {
        if (noted.Id > last.Id)
            return new(last.Id + 1, $"rows {last.Id + 1} to {noted.Id} are missing at the end.");
        var there = noted.Id == 0 ? "" : await db.Audit.AsNoTracking().Where(a => a.Id == noted.Id).Select(a => a.Hash).SingleOrDefaultAsync(cancellationToken);
        return there == noted.Hash ? null : new(noted.Id, $"row {noted.Id} has another hash than the console noted when it was written.");
    }

    /// <summary>Gives the rows of a console older than the chain their hashes, once: a row that loses its hash later has been tampered with.</summary>
    public static async Task SealAsync(ConsoleDb db, CancellationToken cancellationToken)
    {
        var hash = "";
        await foreach (var row in db.Audit.OrderBy(a => a.Id).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            row.Hash = hash = HashOf(hash, row);
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Walks the whole chain, and looks for the noted end.</summary>
    /// <returns>The number of rows, the hash of the last, and the first break; null when there is none.</returns>
    public static async Task<(long Rows, string Head, AuditBreak? Break)> VerifyAsync(ConsoleDb db, AuditEnd? noted, CancellationToken cancellationToken)
    {
        var (rows, head, broken) = await WalkAsync(db, cancellationToken);
        return (rows, head, broken ?? (noted is null ? null : await BreakAsync(db, new(rows, head), noted, cancellationToken)));
    }

    private static async Task<(long Rows, string Head, AuditBreak? Break)> WalkAsync(ConsoleDb db, CancellationToken cancellationToken)
    {
        var (id, hash) = (0L, "");
        while (true)
        {
            var after = id;
            var page = await db.Audit.AsNoTracking().Where(a => a.Id > after).OrderBy(a => a.Id).Take(PageSize).ToListAsync(cancellationToken);
            foreach (var row in page)
            {
                if (row.Id != id + 1)
                    return (id, hash, new(id + 1, row.Id == id + 2 ? $"row {id + 1} is missing." : $"rows {id + 1} to {row.Id - 1} are missing."));
                if (row.Hash != HashOf(hash, row))
                    return (id, hash, new(row.Id, $"row {row.Id} is not what was written, or the row before it was replaced."));
                (id, hash) = (row.Id, row.Hash);
            }

            if (page.Count < PageSize)
                return (id, hash, null);
        }
    }
}
