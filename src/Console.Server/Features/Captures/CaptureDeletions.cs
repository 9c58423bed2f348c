using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Security;
using FleetConsole.Server.Storage;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Captures;

/// <summary>
/// Deletes captures by an administrator's hand. Who, when and why stand in the audit trail and in the capture's row, which stays: only its bytes go.
/// </summary>
internal sealed partial class CaptureDeletions(
    IDbContextFactory<ConsoleDb> databases, AuditTrail audit, CaptureFiles files, CaptureRoom room, Access access, ChangeBroadcast changes, TimeProvider time, ILogger<CaptureDeletions> logger)
{
    private const string Action = "delete-capture";
    private const int MostAtOnce = 100;

    /// <summary>All of them or none.</summary>
    /// <exception cref="ApiException">As DeleteCaptures says; nothing was deleted.</exception>
    public async Task<DeleteCapturesReply> DeleteAsync(DeleteCapturesRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var ids = request.CaptureIds.Distinct().ToList();
        if (ids.Count is 0 or > MostAtOnce)
            throw new ApiException(StatusCode.InvalidArgument, $"name 1 to {MostAtOnce} captures");
        if (!AuditRow.IsReason(request.Reason))
            throw new ApiException(StatusCode.InvalidArgument, AuditRow.ReasonWanted);
        var gone = new List<CaptureRow>();
        await audit.CommitAsync(async db =>
        {
            gone.AddRange(await FindAsync(db, ids, caller, cancellationToken));
            foreach (var row in gone)
                (row.DeletedAt, row.DeletedBy, row.DeletedReason) = (time.GetUtcNow(), caller.User, request.Reason.Trim());
            return [.. gone.Select(row => RowOf(row, caller))];
        }, cancellationToken);

        // It is done and audited: what follows makes it true on the disk, whether or not anybody waits for it.
        await DropFilesAsync(gone, CancellationToken.None);
        await changes.SendAsync(Changes.Commands, CancellationToken.None);
        return new() { Deleted = gone.Count, SizeBytes = gone.Sum(row => row.SizeBytes) };
    }

    private async Task<IReadOnlyList<CaptureRow>> FindAsync(ConsoleDb db, List<long> ids, Caller caller, CancellationToken cancellationToken)
    {
        var rows = await db.Captures.Where(c => ids.Contains(c.Id)).ToListAsync(cancellationToken);
        if (ids.Except(rows.Select(row => row.Id)).ToList() is [var missing, ..])
            throw new ApiException(StatusCode.NotFound, $"There is no capture {missing}.");
        if (rows.Find(row => row.Host.Length > 0 && !access.May(caller.Principal, Permissions.Administer, row.Host)) is { } foreign)
            throw new ApiException(StatusCode.PermissionDenied, $"{caller.User} lacks the permission {Permissions.Administer} on {foreign.Host}.");
        if (rows.Find(row => row.DeletedAt is not null) is { } before)
            throw new ApiException(StatusCode.FailedPrecondition, CaptureMessages.Gone(before));
        return rows;
    }

    private AuditRow RowOf(CaptureRow row, Caller caller) => new()
    {
        At = time.GetUtcNow(),
        Phase = AuditPhase.Event,
        CommandId = row.CommandId,
        User = caller.User,
        Action = Action,
        Host = row.Host,
        Reason = row.DeletedReason,
        RemoteAddress = caller.RemoteAddress,
        Outcome = "succeeded",
        Detail = CaptureMessages.InAudit(row),
    };

    private async Task DropFilesAsync(List<CaptureRow> gone, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var row in gone)
        {
            try
            {
                await files.DropUnusedAsync(db, row.Sha256, cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                StillThere(logger, row.Id, e.Message);
            }
        }

        foreach (var host in gone.Select(row => row.Host).Where(host => host.Length > 0).Distinct(StringComparer.Ordinal))
            ConsoleMetrics.CaptureShare.WithLabels(host).Set(await room.ReadAsync(db, host, cancellationToken) is [var use] ? use.Share : 0);
    }

    [LoggerMessage(163, LogLevel.Warning, "The file of capture {Id}, which was deleted, is still there and is tried again later: {Problem}")]
    private static partial void StillThere(ILogger logger, long id, string problem);
}
