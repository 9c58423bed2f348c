using FleetConsole.Contracts;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Deploys;

/// <summary>Keeps what deploy tools tell.</summary>
internal sealed class DeployAnnouncements(IDbContextFactory<ConsoleDb> databases, ChangeBroadcast changes, TimeProvider time) : IDisposable
{
    // Two requests at once must not both be the first.
    private readonly SemaphoreSlim _one = new(1);

    public void Dispose() => _one.Dispose();

    /// <summary>
    /// Takes it. Told again, as a pipeline that is run again does, it is the same one; with other details within the day in
    /// which it would be matched there is no telling which is true, and the row is null.
    /// </summary>
    public async Task<(AnnouncedDeployRow? Row, bool Added)> TakeAsync(DeployAnnouncement told, string user, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            var row = new AnnouncedDeployRow
            {
                Version = told.Version ?? "",
                Commit = told.Commit ?? "",
                Link = told.Link ?? "",
                Author = told.Author ?? "",
                At = time.GetUtcNow(),
                AnnouncedBy = user,
            };
            var since = row.At - TimeSpan.FromSeconds(Analysis.Fleet.Announcement.EarlySeconds);
            var known = await db.AnnouncedDeploys.AsNoTracking().Where(a => a.Version == row.Version && a.At >= since)
                .OrderByDescending(a => a.At).FirstOrDefaultAsync(cancellationToken);
            if (known is not null)
                return ((known.Commit, known.Link, known.Author) == (row.Commit, row.Link, row.Author) ? known : null, false);
            db.AnnouncedDeploys.Add(row);
            await db.SaveChangesAsync(cancellationToken);
            await changes.SendAsync(Changes.Deploys, cancellationToken);
            return (row, true);
        }
        finally
        {
            _one.Release();
        }
    }
}
