using FleetConsole.Analysis.Profiling;
using FleetConsole.Client.Api;
using FleetConsole.Server.Security;
using FleetConsole.Server.Storage;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Captures;

/// <summary>Files that people bring to look at them here: profiles and goroutine dumps, told apart by what they hold.</summary>
internal sealed class CaptureUploads(IDbContextFactory<ConsoleDb> databases, AuditTrail audit, CaptureFiles files, ReadingGate gate, TimeProvider time)
{
    private const int LongestName = 200;

    /// <returns>The capture.</returns>
    /// <exception cref="ApiException">INVALID_ARGUMENT: the file is neither a profile nor a dump, and was not kept; the message says what is wrong with it, and where.</exception>
    /// <exception cref="NoRoomException">The disk is nearly full.</exception>
    public async Task<long> KeepAsync(Stream stream, string name, Caller caller, CancellationToken cancellationToken)
    {
        name = string.Concat(Path.GetFileName(name).Where(c => !char.IsControl(c)).Take(LongestName));
        var (_, sha256, size) = await files.StoreAsync(async target =>
        {
            await stream.CopyToAsync(target, cancellationToken);
            return true;
        }, cancellationToken);
        var kept = false;
        try
        {
            var row = RowOf(await gate.RunAsync(() => KindOf(files.PathOf(sha256), name), cancellationToken), sha256, size, name, caller);
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
        Reason = $"uploaded as {name}",
    };

    private static string KindOf(string path, string name)
    {
        using var file = File.OpenRead(path);
        try
        {
            PprofReader.Read(file);
            return "profile";
        }
        catch (PprofFormatException e)
        {
            file.Position = 0;
            DemandGoroutines(file, name, e);
            return "dump";
        }
    }

    private static void DemandGoroutines(FileStream file, string name, PprofFormatException noProfile)
    {
        try
        {
            GoroutineDumpReader.Read(file);
        }
        catch (GoroutineDumpFormatException e)
        {
            // Of what is no text both readers say the same.
            var problem = e.Message == noProfile.Message ? $"{e.Message}." : $"As a profile: {noProfile.Message}. As a goroutine dump: {e.Message}.";
            throw new ApiException(StatusCode.InvalidArgument,
                $"{name} can be read neither as a pprof profile nor as a goroutine dump, so it was not kept. {problem} "
                + "Compare its size with the original's, or take it again; a dump needs its lines \"goroutine N [...]:\".", e);
        }
    }
}
