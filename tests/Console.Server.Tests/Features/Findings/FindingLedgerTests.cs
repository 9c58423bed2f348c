using FleetConsole.Contracts.V1;
using FleetConsole.Server.Features.Findings;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Storage;
using FleetConsole.Server.Tests.Harness;
using Microsoft.AspNetCore.SignalR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace FleetConsole.Server.Tests.Features.Findings;

/// <summary>A drift's life in the ledger, with nobody listening.</summary>
public sealed class FindingLedgerTests : IDisposable
{
    private const string Key = "drift/3600/fork time";
    private static readonly DateTimeOffset Start = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Bound = TimeSpan.FromDays(30);
    private readonly FakeTimeProvider _time = new(Start);
    private readonly MemoryDatabase _database = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().AddSignalR().Services.BuildServiceProvider();
    private readonly FindingLedger _ledger;

    public FindingLedgerTests() => _ledger = new(_database, new(_services.GetRequiredService<IHubContext<ChangesHub>>()), _time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _services.Dispose();
        _database.Dispose();
    }

    [Fact]
    public async Task A_suspicion_that_is_confirmed_later_keeps_its_id()
    {
        await SeeAsync("rises 1.4-fold", confirmed: false);
        var suspected = Assert.Single(await RowsAsync());
        _time.Advance(Hour);
        await SeeAsync("rises 1.6-fold", confirmed: true);

        var row = Assert.Single(await RowsAsync());
        Assert.Equal((FindingState.Suspected, null), (suspected.State, suspected.ConfirmedAt));
        Assert.Equal((suspected.Id, FindingState.Confirmed, "rises 1.6-fold"), (row.Id, row.State, row.Sentence));
        Assert.Equal((Start, Start + Hour, Start + Hour), (row.OpenedAt, row.ConfirmedAt, row.LastSeenAt));
        Assert.Equal([(FindingStep.Opened, Start, "rises 1.4-fold"), (FindingStep.Confirmed, Start + Hour, "")], await EventsAsync(row.Id));
    }

    [Fact]
    public async Task What_is_seen_again_and_again_is_opened_and_confirmed_once_and_a_doubt_does_not_take_that_back()
    {
        foreach (var confirmed in new[] { true, true, false, true })
            await SeeAsync("rises", confirmed);

        var row = Assert.Single(await RowsAsync());
        Assert.Equal(FindingState.Confirmed, row.State);
        Assert.Equal([FindingStep.Opened, FindingStep.Confirmed], (await EventsAsync(row.Id)).Select(e => e.Step));
    }

    [Fact]
    public async Task What_resolved_a_finding_stands_with_it_and_only_once()
    {
        await SeeAsync("rises", confirmed: true);
        _time.Advance(Hour);
        await _ledger.ResolveAsync(Key, "the deploy of 1.1", Cancel);
        _time.Advance(Hour);
        await _ledger.ResolveAsync(Key, "itself", Cancel);

        var row = Assert.Single(await RowsAsync());
        Assert.Equal((FindingState.Resolved, Start + Hour, "the deploy of 1.1"), (row.State, row.ResolvedAt, row.ResolvedBy));
        Assert.Equal((FindingStep.Resolved, Start + Hour, "the deploy of 1.1"), (await EventsAsync(row.Id))[^1]);
        Assert.Equal(3, (await EventsAsync(row.Id)).Count);
        Assert.Empty(await _ledger.OpenAsync(FindingKind.Drift, Cancel));
    }

    [Fact]
    public async Task What_returns_within_thirty_days_is_the_same_finding_reopened()
    {
        await SeeAsync("rises", confirmed: true);
        await _ledger.ResolveAsync(Key, "the deploy of 1.1", Cancel);
        _time.Advance(Bound);
        await SeeAsync("rises again", confirmed: false);
        _time.Advance(Hour);
        await SeeAsync("rises still", confirmed: true);

        var row = Assert.Single(await RowsAsync());
        Assert.Equal((FindingState.Confirmed, null, "", Start), (row.State, row.ResolvedAt, row.ResolvedBy, row.OpenedAt));
        Assert.Equal(
            [
                (FindingStep.Opened, Start, "rises"),
                (FindingStep.Confirmed, Start, ""),
                (FindingStep.Resolved, Start, "the deploy of 1.1"),
                (FindingStep.Reopened, Start + Bound, "rises again"),
                (FindingStep.Confirmed, Start + Bound + Hour, ""),
            ],
            await EventsAsync(row.Id));
        Assert.Equal([Key], await _ledger.OpenAsync(FindingKind.Drift, Cancel));
    }

    [Fact]
    public async Task The_thirty_days_count_from_the_end_of_the_finding()
    {
        await SeeAsync("rises", confirmed: false);
        _time.Advance(Bound);
        await _ledger.ResolveAsync(Key, "itself", Cancel);
        _time.Advance(Bound);
        await SeeAsync("rises", confirmed: false);

        Assert.Equal(FindingState.Suspected, Assert.Single(await RowsAsync()).State);
    }

    [Fact]
    public async Task What_returns_after_thirty_days_is_a_finding_of_its_own()
    {
        await SeeAsync("rises", confirmed: true);
        await _ledger.ResolveAsync(Key, "the deploy of 1.1", Cancel);
        _time.Advance(Bound + TimeSpan.FromSeconds(1));
        await SeeAsync("rises again", confirmed: false);

        var rows = await RowsAsync();
        Assert.Equal([FindingState.Resolved, FindingState.Suspected], rows.Select(r => r.State));
        Assert.Equal([(FindingStep.Opened, _time.GetUtcNow(), "rises again")], await EventsAsync(rows[1].Id));
        Assert.Equal([FindingStep.Opened, FindingStep.Confirmed, FindingStep.Resolved], (await EventsAsync(rows[0].Id)).Select(e => e.Step));
    }

    private Task SeeAsync(string sentence, bool confirmed) => _ledger.RecordAsync(
        new(FindingKind.Drift, Key, confirmed, sentence, "all 3 methods on git-1", "fork time", 1, []), Cancel);

    private async Task<List<FindingRow>> RowsAsync()
    {
        await using var db = _database.CreateDbContext();
        return await db.Findings.AsNoTracking().OrderBy(f => f.Id).ToListAsync(Cancel);
    }

    private async Task<List<(FindingStep Step, DateTimeOffset At, string Note)>> EventsAsync(long finding)
    {
        await using var db = _database.CreateDbContext();
        var events = await db.FindingEvents.AsNoTracking().Where(e => e.FindingId == finding).OrderBy(e => e.Id).ToListAsync(Cancel);
        return [.. events.Select(e => (e.Step, e.At, e.Note))];
    }
}
