using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;
using Grpc.Core;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Captures;

/// <summary>Stored profiles and dumps: the list, and the bytes.</summary>
internal sealed class CapturesFeature(IDbContextFactory<ConsoleDb> databases, CaptureFiles files, CaptureAccess access, CaptureRoom room) : ICapturesApi
{
    private const int MaxListed = 100;
    private const int MaxNotices = 10;

    public async Task<ListCapturesReply> ListCapturesAsync(ListCapturesRequest request, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var (host, kind, command, age) = (request.Host, request.Kind, request.CommandId, request.Age?.ToTimeSpan());

        // What was deleted is shown to who follows an audit row's command to it, and is in nobody's way elsewhere.
        var found = db.Captures.AsNoTracking()
            .Where(c => (host == "" || c.Host == host) && (kind == "" || c.Kind == kind) && (command == "" ? c.DeletedAt == null : c.CommandId == command));
        found = request.OldestFirst ? found.OrderBy(c => c.TakenAt) : found.OrderByDescending(c => c.TakenAt);

        // An age is a difference of two columns, which SQLite has as text; a host's captures are some hundred at most.
        var rows = age is null ? await found.Take(MaxListed).ToListAsync(cancellationToken)
            : (await found.ToListAsync(cancellationToken)).OrderBy(c => c.Age is { } own ? (own - age.Value).Duration() : TimeSpan.MaxValue).Take(MaxListed);
        var near = (await room.ReadAsync(db, host, cancellationToken)).Where(use => use.Share >= CaptureRoom.NearShare).OrderByDescending(use => use.Share);
        return new() { Captures = { rows.Select(CaptureMessages.Of) }, Notices = { near.Take(MaxNotices).Select(room.Words) } };
    }

    public async Task<ListComparisonsReply> ListComparisonsAsync(long id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var shown = await db.Captures.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellationToken)
            ?? throw new ApiException(StatusCode.NotFound, $"There is no capture {id}.");
        var kinds = CaptureComparisons.KindsLike(shown.Kind);
        var others = await db.Captures.AsNoTracking().Where(c => kinds.Contains(c.Kind) && c.Id != id && c.DeletedAt == null).OrderByDescending(c => c.TakenAt).ToListAsync(cancellationToken);
        return new()
        {
            Captures = { others.OrderByDescending(c => c.Host == shown.Host).Take(MaxListed).Select(CaptureMessages.Of) },
            Suggested = { CaptureComparisons.Suggested(shown, others) },
        };
    }

    public async Task<Capture> GetCaptureAsync(long id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Captures.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellationToken) is { } row
            ? CaptureMessages.Of(row)
            : throw new ApiException(StatusCode.NotFound, $"There is no capture {id}.");
    }

    // Buttons work when the page runs in the browser, and then go through the service, where it is authorised.
    public Task<DeleteCapturesReply> DeleteCapturesAsync(DeleteCapturesRequest request, CancellationToken cancellationToken) =>
        throw new ApiException(StatusCode.FailedPrecondition, "The page has to run in the browser for that.");

    /// <summary>The bytes as the host's pprof gave them.</summary>
    /// <exception cref="ApiException">PERMISSION_DENIED.</exception>
    public async Task<Results<PhysicalFileHttpResult, NotFound<string>>> DownloadAsync(long id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.Captures.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellationToken) is not { } row)
            return TypedResults.NotFound($"There is no capture {id}.");
        access.Demand(row);
        if (row.DeletedAt is not null)
            return TypedResults.NotFound(CaptureMessages.Gone(row));
        var path = files.PathOf(row.Sha256);
        return File.Exists(path)
            ? TypedResults.PhysicalFile(path, "application/octet-stream", CaptureMessages.FileName(row))
            : TypedResults.NotFound($"The file of capture {id} is gone from the data folder.");
    }
}
