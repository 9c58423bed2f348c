using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Audit;

/// <summary>Reads the audit trail; whoever acts writes it, together with the act's own row.</summary>
internal sealed class AuditFeature(IDbContextFactory<ConsoleDb> databases) : IAuditApi
{
    private const int PageSize = 200;

    public async Task<ListAuditReply> ListAuditAsync(long beforeId, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Audit.AsNoTracking()
            .Where(a => beforeId == 0 || a.Id < beforeId)
            .OrderByDescending(a => a.Id).Take(PageSize).ToListAsync(cancellationToken);
        return new()
        {
            Entries =
            {
                rows.Select(row => new AuditEntry
                {
                    Id = row.Id,
                    At = row.At.ToTimestamp(),
                    Phase = row.Phase,
                    CommandId = row.CommandId,
                    User = row.User,
                    Action = row.Action,
                    Host = row.Host,
                    Reason = row.Reason,
                    RemoteAddress = row.RemoteAddress,
                    Outcome = row.Outcome,
                    Detail = row.Detail,
                }),
            },
        };
    }
}
