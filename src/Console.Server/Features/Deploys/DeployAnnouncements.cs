using FleetConsole.Contracts;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Security;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Deploys;

/// <summary>Keeps what deploy tools tell.</summary>
internal sealed class DeployAnnouncements(AuditTrail audit, ChangeBroadcast changes, TimeProvider time)
{
    /// <summary>
    /// Takes it. Told again, as a pipeline that is run again does, it is the same one; with other details within the day in
    /// which it would be matched there is no telling which is true, and the row is null.
    /// </summary>
    public async Task<(AnnouncedDeployRow? Row, bool Added)> TakeAsync(DeployAnnouncement told, Caller caller, CancellationToken cancellationToken)
    {
        var row = new AnnouncedDeployRow
        {
            Version = told.Version ?? "",
            Commit = told.Commit ?? "",
            Link = told.Link ?? "",
            Author = told.Author ?? "",
            At = time.GetUtcNow(),
            AnnouncedBy = caller.User,
        };
        AnnouncedDeployRow? known = null;
        await audit.CommitAsync(async db =>
        {
            var since = row.At - TimeSpan.FromSeconds(Analysis.Fleet.Announcement.EarlySeconds);
            known = await db.AnnouncedDeploys.AsNoTracking().Where(a => a.Version == row.Version && a.At >= since)
                .OrderByDescending(a => a.At).FirstOrDefaultAsync(cancellationToken);
            if (known is not null)
                return [];
            db.AnnouncedDeploys.Add(row);
            return [caller.Did("announce-deploy", row.Version, string.Join(", ", new[] { row.Commit, row.Link, row.Author }.Where(text => text.Length > 0)), row.At)];
        }, cancellationToken);
        if (known is not null)
            return ((known.Commit, known.Link, known.Author) == (row.Commit, row.Link, row.Author) ? known : null, false);
        await changes.SendAsync(Changes.Deploys, cancellationToken);
        return (row, true);
    }
}
