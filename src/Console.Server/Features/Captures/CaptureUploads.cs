using FleetConsole.Analysis.Profiling;
using FleetConsole.Server.Security;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Captures;

/// <summary>Files that people bring to look at them here: profiles and goroutine dumps, told apart by what they hold.</summary>
internal sealed class CaptureUploads(IDbContextFactory<ConsoleDb> databases, AuditTrail audit, CaptureFiles files, TimeProvider time)
{
    private const int LongestName = 200;

    /// <returns>The capture; null when the file is neither a profile nor a dump, and was not kept.</returns>
    public async Task<long?> KeepAsync(Stream stream, string name, Caller caller, CancellationToken cancellationToken)
    {
        var (_, sha256, size) = await files.StoreAsync(async target =>
        {
            await stream.CopyToAsync(target, cancellationToken);
            return true;
        }, cancellationToken);
        var kept = false;
        try
        {
            if (await Task.Run(() => KindOf(files.PathOf(sha256)), cancellationToken) is not { } kind)
                return null;
            var row = RowOf(kind, sha256, size, name, caller);
            await audit.CommitAsync(async db =>
            {
                // Its id is known once it is stored; both are one transaction.
                db.Captures.Add(row);
                await db.SaveChangesAsync(cancellationToken);
                return [caller.Did("upload-capture", row.Reason, CaptureMessages.InAudit(row), row.TakenAt)];
            }, cancellationToken);
            kept = true;
            return row.Id;
        }
        finally
        {
            if (!kept)
                await DropAsync(sha256);
        }
    }

    private async Task DropAsync(string sha256)
    {
        await using var db = await databases.CreateDbContextAsync(CancellationToken.None);
        await files.DropUnusedAsync(db, sha256, CancellationToken.None);
    }

    private CaptureRow RowOf(string kind, string sha256, long size, string name, Caller caller) => new()
    {
        CommandId = "",
        Host = "",
        Kind = kind,
        TakenAt = time.GetUtcNow(),
        ProcessStartedAt = null,
        Version = "",
        Seconds = 0,
        SizeBytes = size,
        Sha256 = sha256,
        TakenBy = caller.User,
        Reason = $"uploaded as {string.Concat(Path.GetFileName(name).Where(c => !char.IsControl(c)).Take(LongestName))}",
    };

    private static string? KindOf(string path)
    {
        using var file = File.OpenRead(path);
        try
        {
            PprofReader.Read(file);
            return "profile";
        }
        catch (PprofFormatException)
        {
            file.Position = 0;
            return HoldsGoroutines(file) ? "dump" : null;
        }
    }

    private static bool HoldsGoroutines(FileStream file)
    {
        try
        {
            return GoroutineDumpReader.Read(file).Goroutines > 0;
        }
        catch (GoroutineDumpFormatException)
        {
            return false;
        }
    }
}
