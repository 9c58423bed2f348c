using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Storage;

/// <summary>
/// Writes the audit trail, always in one transaction with what the rows tell of. The chain's end is also kept in a file
/// beside the database, so that rows missing at the end are found too.
/// </summary>
internal sealed partial class AuditTrail(IDbContextFactory<ConsoleDb> databases, IOptions<StorageOptions> options, ILogger<AuditTrail> logger) : IDisposable
{
    private readonly string _headFile = Path.Combine(options.Value.Folder, "audit.head");
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Runs <paramref name="change"/> and appends the rows it returns, all or nothing.</summary>
    public async Task CommitAsync(Func<ConsoleDb, Task<IReadOnlyList<AuditRow>>> change, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await CommitAsync(db, () => change(db), cancellationToken);
    }

    /// <inheritdoc cref="CommitAsync(Func{ConsoleDb, Task{IReadOnlyList{AuditRow}}}, CancellationToken)"/>
    /// <param name="db">What others save through it meanwhile, as ASP.NET Core Identity does, is part of it.</param>
    public async Task CommitAsync(ConsoleDb db, Func<Task<IReadOnlyList<AuditRow>>> change, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            // SQLite takes the write lock here: what the change reads is still true when it is written.
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var rows = await change();
            if (await AuditChain.AppendAsync(db, rows, await NotedAsync(cancellationToken), cancellationToken) is { } broken && rows.Count > 0)
                LogBroken(broken.Id, broken.Message);
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
        var noted = await NotedAsync(cancellationToken);
        var (rows, head, broken) = await AuditChain.VerifyAsync(db, noted, cancellationToken);
        return (rows, head, broken ?? (noted is null && rows > 0 ? new(rows, $"{_headFile} is missing or cannot be read, so rows may be missing after row {rows}.") : null));
    }

    public void Dispose() => _one.Dispose();

    private async Task<AuditEnd?> NotedAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(_headFile, cancellationToken)).Trim().Split(' ') is [var id, var hash] && long.TryParse(id, out var number)
                ? new(number, hash)
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    // The rows are committed: what they tell of happens whether the note can be written or not, and the next row's note makes up for it.
    private async Task KeepHeadAsync(AuditRow last)
    {
        var unfinished = _headFile + ".part";
        try
        {
            await File.WriteAllTextAsync(unfinished, FormattableString.Invariant($"{last.Id} {last.Hash}\n"), CancellationToken.None);
            File.Move(unfinished, _headFile, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotNoted(_headFile, last.Id, e.Message);
        }
    }

    [LoggerMessage(220, LogLevel.Critical, "The audit trail is broken at row {Row}: {Problem} What is written now follows what was noted. Compare with a copy of the database.")]
    private partial void LogBroken(long row, string problem);

    [LoggerMessage(221, LogLevel.Error, "{File} could not be written after row {Row} of the audit trail: {Problem}")]
    private partial void LogNotNoted(string file, long row, string problem);
}
