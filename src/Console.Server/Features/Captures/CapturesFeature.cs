using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;
using Google.Protobuf.WellKnownTypes;
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
        return new() { Captures = { rows.Select(Of) } };
    }

    /// <summary>The bytes as the host's pprof gave them.</summary>
    public async Task<Results<PhysicalFileHttpResult, NotFound<string>>> DownloadAsync(long id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.Captures.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellationToken) is not { } row)
            return TypedResults.NotFound($"There is no capture {id}.");
        var path = files.PathOf(row.Sha256);
        return File.Exists(path)
            ? TypedResults.PhysicalFile(path, "application/octet-stream", FileName(row))
            : TypedResults.NotFound($"The file of capture {id} is gone from the data folder.");
    }

    private static Capture Of(CaptureRow row) => new()
    {
        Id = row.Id,
        Host = row.Host,
        Kind = row.Kind,
        TakenAt = row.TakenAt.ToTimestamp(),
        ProcessStartedAt = row.ProcessStartedAt.ToTimestamp(),
        Version = row.Version,
        Seconds = row.Seconds,
        SizeBytes = row.SizeBytes,
        Sha256 = row.Sha256,
        TakenBy = row.TakenBy,
        Reason = row.Reason,
        FileName = FileName(row),
    };

    private static string FileName(CaptureRow row)
    {
        var host = string.Concat(row.Host.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '-'));
        var extension = row.Kind switch
        {
            "cpu" => "pb.gz",
            "figures" => "json",
            _ => "txt",
        };
        return $"{host}-{row.Kind}-{row.TakenAt:yyyyMMdd-HHmmss}.{extension}";
    }
}
