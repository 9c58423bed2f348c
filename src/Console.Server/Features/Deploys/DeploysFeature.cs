using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using WaveKind = FleetConsole.Analysis.Fleet.WaveKind;

namespace FleetConsole.Server.Features.Deploys;

/// <summary>Deploys and their verdicts, all from the database: they are there when Prometheus is not.</summary>
internal sealed class DeploysFeature(IDbContextFactory<ConsoleDb> databases, UnknownVersions unknown, TimeProvider time) : IDeploysApi
{
    private const int PageSize = 100;
    private const int MostAwaited = 20;

    // A deploy that was told of and did not come within a day comes no more.
    private static readonly TimeSpan Awaited = TimeSpan.FromSeconds(Analysis.Fleet.Announcement.EarlySeconds);

    public async Task<ListDeploysReply> ListDeploysAsync(ListDeploysRequest request, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var before = request.BeforeId == 0 ? null : await db.Deploys.AsNoTracking().SingleOrDefaultAsync(d => d.Id == request.BeforeId, cancellationToken);
        var limit = before?.FirstRestartAt ?? double.MaxValue;
        var rows = await db.Deploys.AsNoTracking()
            .Where(d => (request.WithRestarts || d.Kind != WaveKind.Restart) && d.FirstRestartAt < limit)
            .OrderByDescending(d => d.FirstRestartAt).Take(PageSize + 1).ToListAsync(cancellationToken);
        var shown = rows.Take(PageSize).ToList();
        var ids = shown.Select(d => d.Id).ToList();
        var verdicts = (await db.DeployVerdicts.AsNoTracking().Where(v => ids.Contains(v.DeployId) && v.Host == "").ToListAsync(cancellationToken)).ToLookup(v => v.DeployId);
        var announced = await AnnouncedAsync(db, shown, cancellationToken);
        return new()
        {
            Deploys = { shown.Select(row => DeployMessages.Of(row, row.AnnouncedId is { } id ? announced.GetValueOrDefault(id) : null, [.. verdicts[row.Id]])) },
            Awaited = { request.BeforeId == 0 ? await AwaitedAsync(db, cancellationToken) : [] },
            More = rows.Count > PageSize,
            Problem = await unknown.SayAsync(db, cancellationToken),
        };
    }

    public async Task<DeployReply> GetDeployAsync(long id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.Deploys.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, cancellationToken) is not { } row)
            throw new ApiException(StatusCode.NotFound, $"There is no deploy {id}. The list of deploys has those that are known.");
        var verdicts = await db.DeployVerdicts.AsNoTracking().Where(v => v.DeployId == id)
            .OrderBy(v => v.Method).ThenBy(v => v.Host).ThenByDescending(v => v.Quantile).ToListAsync(cancellationToken);
        var announced = await AnnouncedAsync(db, [row], cancellationToken);
        return new()
        {
            Deploy = DeployMessages.Of(row, row.AnnouncedId is { } told ? announced.GetValueOrDefault(told) : null, verdicts),
            Verdicts = { verdicts.Select(DeployMessages.Of) },
            Curves = { verdicts.Where(v => v.Host.Length > 0 && v.Quantile == VerdictRows.P99).Select(DeployMessages.CurvesOf) },
        };
    }

    private async Task<IEnumerable<Announced>> AwaitedAsync(ConsoleDb db, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - Awaited;
        var rows = await db.AnnouncedDeploys.AsNoTracking()
            .Where(a => a.At >= since && !db.Deploys.Any(d => d.AnnouncedId == a.Id))
            .OrderByDescending(a => a.At).Take(MostAwaited).ToListAsync(cancellationToken);
        return rows.Select(DeployMessages.Of);
    }

    private static async Task<Dictionary<long, AnnouncedDeployRow>> AnnouncedAsync(ConsoleDb db, List<DeployRow> rows, CancellationToken cancellationToken)
    {
        var ids = rows.Select(row => row.AnnouncedId).OfType<long>().ToList();
        return await db.AnnouncedDeploys.AsNoTracking().Where(a => ids.Contains(a.Id)).ToDictionaryAsync(a => a.Id, cancellationToken);
    }
}
