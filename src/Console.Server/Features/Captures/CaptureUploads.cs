using FleetConsole.Analysis.Profiling;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Captures;

/// <summary>Files that people bring to look at them here: profiles and goroutine dumps, told apart by what they hold.</summary>
internal sealed class CaptureUploads(IDbContextFactory<ConsoleDb> databases, CaptureFiles files, TimeProvider time)
{
    private const int LongestName = 200;

    /// <returns>The capture; null when the file is neither a profile nor a dump, and was not kept.</returns>
    public async Task<long?> KeepAsync(Stream stream, string name, string user, CancellationToken cancellationToken)
    {
        var (_, sha256, size) = await files.StoreAsync(async target =>
        {
            await stream.CopyToAsync(target, cancellationToken);
            return true;
        }, cancellationToken);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await Task.Run(() => KindOf(files.PathOf(sha256)), cancellationToken) is not { } kind)
        {
            await files.DropUnusedAsync(db, sha256, cancellationToken);
            return null;
        }

        var row = new CaptureRow
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
            TakenBy = user,
            Reason = $"uploaded as {string.Concat(Path.GetFileName(name).Where(c => !char.IsControl(c)).Take(LongestName))}",
        };
        db.Captures.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        return row.Id;
    }

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
