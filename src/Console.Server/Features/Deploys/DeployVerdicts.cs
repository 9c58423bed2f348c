using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using WaveKind = FleetConsole.Analysis.Fleet.WaveKind;

namespace FleetConsole.Server.Features.Deploys;

/// <summary>
/// Judges deploys as they age: often while they are young, more rarely as a bin more tells less, and no more when the
/// oldest age that is compared is reached.
/// </summary>
internal sealed class DeployVerdicts(DeployReader reader, IDbContextFactory<ConsoleDb> databases, IOptions<DeployOptions> options, TimeProvider time)
{
    private const double AgeGrowth = 0.1;

    /// <summary>Judges what is due, the youngest first. True when a verdict was written.</summary>
    /// <exception cref="PrometheusException">Prometheus did not answer; verdicts that were there stay.</exception>
    public async Task<bool> FollowAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var deploys = await db.Deploys.AsNoTracking().Where(d => d.Kind != WaveKind.Restart).OrderByDescending(d => d.FirstRestartAt).ToListAsync(cancellationToken);
        var due = deploys.Where(d => IsDue(d, now.ToUnixTimeMilliseconds() / 1000.0)).ToList();
        foreach (var deploy in due)
            await JudgeAsync(deploy, now, cancellationToken);
        return due.Count > 0;
    }

    private bool IsDue(DeployRow deploy, double now)
    {
        if (deploy.JudgedAt is not { } judged)
            return true;
        var grown = deploy.LastRestartAt + (options.Value.MostBins * (double)options.Value.BinSeconds);
        return judged < grown && now - judged >= Math.Max(options.Value.BinSeconds, AgeGrowth * (judged - deploy.LastRestartAt));
    }

    private async Task JudgeAsync(DeployRow deploy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        List<DeployVerdictRow> rows;
        var answered = true;
        try
        {
            var latency = await reader.ReadAsync(deploy, now, cancellationToken);
            rows = [.. VerdictRows.Of(deploy, latency, options.Value.ToJudge(latency.Bin), now.ToUnixTimeMilliseconds() / 1000.0)];
            if (rows.Count == 0)
                rows = [VerdictRows.Without(deploy.Id, VerdictWord.NotEnoughData, "Prometheus has no latency of the new processes, or none yet")];
        }
        catch (PrometheusException e)
        {
            await using var look = await databases.CreateDbContextAsync(cancellationToken);
            if (await look.DeployVerdicts.AnyAsync(v => v.DeployId == deploy.Id && v.Word != VerdictWord.SourceFailed, cancellationToken))
                throw;
            (rows, answered) = ([VerdictRows.Without(deploy.Id, VerdictWord.SourceFailed, e.Message)], false);
        }

        await StoreAsync(deploy.Id, rows, answered ? now.ToUnixTimeMilliseconds() / 1000.0 : null, cancellationToken);
    }

    private async Task StoreAsync(long deploy, List<DeployVerdictRow> rows, double? judgedAt, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.DeployVerdicts.Where(v => v.DeployId == deploy).ExecuteDeleteAsync(cancellationToken);
        db.DeployVerdicts.AddRange(rows);
        await db.SaveChangesAsync(cancellationToken);
        await db.Deploys.Where(d => d.Id == deploy).ExecuteUpdateAsync(set => set.SetProperty(d => d.JudgedAt, judgedAt), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
