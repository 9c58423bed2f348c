using System.Runtime.CompilerServices;
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

    public async Task<ListAuditReply> ListAuditAsync(ListAuditRequest request, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Audit.AsNoTracking()
            .Where(a => request.BeforeId == 0 || a.Id < request.BeforeId)
            .Where(a => request.User == "" || a.User == request.User)
            .Where(a => request.Host == "" || a.Host == request.Host)
            .Where(a => request.Action == "" || a.Action == request.Action)
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
                    Hash = row.Hash,
                }),
            },
        };
    }

    /// <summary>Every row as a line of JSON, oldest first.</summary>
    public async IAsyncEnumerable<string> ExportAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await foreach (var row in db.Audit.AsNoTracking().OrderBy(a => a.Id).AsAsyncEnumerable().WithCancellation(cancellationToken))
            yield return AuditLine.Of(row);
    }
}
