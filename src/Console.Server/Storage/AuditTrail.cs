using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Storage;

/// <summary>
/// Writes the audit trail, always in one transaction with what the rows tell of. The chain's end is also kept in a file
/// beside the database, so that rows missing at the end are found too.
/// </summary>
internal sealed class AuditTrail(IDbContextFactory<ConsoleDb> databases, IOptions<StorageOptions> options) : IDisposable
{
    private readonly string _headFile = Path.Combine(options.Value.Folder, "audit.head");
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Runs <paramref name="change"/> and appends the rows it returns, all or nothing.</summary>
    public async Task CommitAsync(Func<ConsoleDb, Task<IReadOnlyList<AuditRow>>> change, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);

            // SQLite takes the write lock here: what the change reads is still true when it is written.
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var rows = await change(db);
            await AuditChain.AppendAsync(db, rows, cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            if (rows.Count > 0)
                await KeepHeadAsync(rows[^1]);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Walks the chain and compares its end with the file.</summary>
    public async Task<(long Rows, string Head, AuditBreak? Break)> VerifyAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var (rows, head, broken) = await AuditChain.VerifyAsync(db, cancellationToken);
        if (broken is not null || !File.Exists(_headFile))
            return (rows, head, broken ?? (rows == 0 ? null : new(rows, $"{_headFile} is missing, so rows may be missing after row {rows}.")));
        var kept = (await File.ReadAllTextAsync(_headFile, cancellationToken)).Split(' ', 2);
        if (kept is not [var keptId, var keptHash] || !long.TryParse(keptId, out var id))
            return (rows, head, new(rows, $"{_headFile} cannot be read."));

        // A console that was killed between the commit and the file has more rows than the file says, never fewer.
        if (id > rows)
            return (rows, head, new(rows + 1, $"rows {rows + 1} to {id} are missing at the end."));
        var there = await db.Audit.AsNoTracking().Where(a => a.Id == id).Select(a => a.Hash).SingleOrDefaultAsync(cancellationToken);
        return (rows, head, id == 0 || there == keptHash.Trim() ? null : new(id, $"row {id} has another hash than the console noted when it was written."));
    }

    public void Dispose() => _one.Dispose();

    private async Task KeepHeadAsync(AuditRow last)
    {
        var unfinished = _headFile + ".part";
        await File.WriteAllTextAsync(unfinished, FormattableString.Invariant($"{last.Id} {last.Hash}\n"), CancellationToken.None);
        File.Move(unfinished, _headFile, overwrite: true);
    }
}
