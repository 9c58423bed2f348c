using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;
using Grpc.Core;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Captures;

/// <summary>Stored profiles and dumps: the list, and the bytes.</summary>
internal sealed class CapturesFeature(IDbContextFactory<ConsoleDb> databases, CaptureFiles files) : ICapturesApi
{
    private const int MaxListed = 100;

    public async Task<ListCapturesReply> ListCapturesAsync(string host, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Captures.AsNoTracking()
            .Where(c => host == "" || c.Host == host)
            .OrderByDescending(c => c.TakenAt).Take(MaxListed).ToListAsync(cancellationToken);
        return new() { Captures = { rows.Select(CaptureMessages.Of) } };
    }

    public async Task<Capture> GetCaptureAsync(long id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Captures.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellationToken) is { } row
            ? CaptureMessages.Of(row)
            : throw new ApiException(StatusCode.NotFound, $"There is no capture {id}.");
    }

    /// <summary>The bytes as the host's pprof gave them.</summary>
    public async Task<Results<PhysicalFileHttpResult, NotFound<string>>> DownloadAsync(long id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.Captures.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellationToken) is not { } row)
            return TypedResults.NotFound($"There is no capture {id}.");
        var path = files.PathOf(row.Sha256);
        return File.Exists(path)
            ? TypedResults.PhysicalFile(path, "application/octet-stream", CaptureMessages.FileName(row))
            : TypedResults.NotFound($"The file of capture {id} is gone from the data folder.");
    }
}
