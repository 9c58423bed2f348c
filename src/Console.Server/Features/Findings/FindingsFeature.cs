using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Findings;

/// <summary>What was found, from the database; the looks that found it, from the scans.</summary>
internal sealed class FindingsFeature(IDbContextFactory<ConsoleDb> databases, DriftBoard board, ReplayDesk replays) : IFindingsApi
{
    private const int MaxResolved = 200;

    public async Task<ListFindingsReply> ListFindingsAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var open = await db.Findings.AsNoTracking().Where(f => f.State != FindingState.Resolved).ToListAsync(cancellationToken);
        var resolved = await db.Findings.AsNoTracking().Where(f => f.State == FindingState.Resolved)
            .OrderByDescending(f => f.ResolvedAt).Take(MaxResolved).ToListAsync(cancellationToken);
        return new()
        {
            // A lock-up is worse than any drift, and what is certain worse than what is suspected.
            Findings =
            {
                open.OrderByDescending(f => f.Kind == FindingKind.Lockup).ThenByDescending(f => f.State == FindingState.Confirmed)
                    .ThenByDescending(f => f.Severity).Concat(resolved).Select(Summary),
            },
            Looks = { board.Looks },
        };
    }

    public async Task<FindingReply> GetFindingAsync(long id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var row = await db.Findings.AsNoTracking().SingleOrDefaultAsync(f => f.Id == id, cancellationToken)
            ?? throw new ApiException(StatusCode.NotFound, $"There is no finding {id}.");
        var events = await db.FindingEvents.AsNoTracking().Where(e => e.FindingId == id).OrderBy(e => e.Id).ToListAsync(cancellationToken);
        return new()
        {
            Summary = Summary(row),
            Drift = row.Detail.Length > 0 ? DriftDetail.Parser.ParseFrom(row.Detail) : null,
            Events = { events.Select(e => new FindingEvent { At = e.At.ToTimestamp(), Step = e.Step, Note = e.Note }) },
        };
    }

    public Task<ListSeriesReply> ListSeriesAsync(ListSeriesRequest request, CancellationToken cancellationToken) => Task.FromResult(board.Ask(request));

    public IAsyncEnumerable<ReplayProgress> ReplayAsync(ReplayRequest request, CancellationToken cancellationToken) =>
        replays.RunAsync(request, cancellationToken);

    private static FindingSummary Summary(FindingRow row) => new()
    {
        Id = row.Id,
        Kind = row.Kind,
        State = row.State,
        Sentence = row.Sentence,
        Scope = row.Scope,
        Cause = row.Cause,
        OpenedAt = row.OpenedAt.ToTimestamp(),
        ConfirmedAt = row.ConfirmedAt?.ToTimestamp(),
        ResolvedAt = row.ResolvedAt?.ToTimestamp(),
        ResolvedBy = row.ResolvedBy,
        LastSeenAt = row.LastSeenAt.ToTimestamp(),
    };
}
