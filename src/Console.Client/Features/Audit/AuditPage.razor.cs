using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Audit;

public partial class AuditPage(IAuditApi api)
{
    private long _olderThan;

    /// <summary>What the server rendered, handed to the browser.</summary>
    [PersistentState]
    public byte[]? Handed { get; set; }

    protected override IReadOnlyList<string> Topics { get; } = [Changes.Commands];

    private bool Loaded { get; set; }

    private IReadOnlyList<AuditEntry> Entries { get; set; } = [];

    private bool More { get; set; }

    private string User { get; set; } = "";

    private string Host { get; set; } = "";

    private string Action { get; set; } = "";

    private bool Filtered => User.Length + Host.Length + Action.Length > 0;

    protected override async Task OnInitializedAsync()
    {
        if (Handed is not null)
            Show(ListAuditReply.Parser.ParseFrom(Handed));
        else
            await RefreshAsync();
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        var newest = await api.ListAuditAsync(Request(0), cancellationToken);
        Handed = newest.ToByteArray();
        if (_olderThan == 0)
            Show(newest);
        else
            Entries = [.. newest.Entries.Concat(Entries).DistinctBy(entry => entry.Id).OrderByDescending(entry => entry.Id)];
    }

    private Task OlderAsync() => AskAsync(async cancellationToken =>
    {
        var older = await api.ListAuditAsync(Request(Entries[^1].Id), cancellationToken);
        _olderThan = Entries[^1].Id;
        Entries = [.. Entries.Concat(older.Entries).DistinctBy(entry => entry.Id)];
        More = older.Entries.Count == PageSize;
    });

    private ListAuditRequest Request(long beforeId) => new() { BeforeId = beforeId, User = User.Trim(), Host = Host.Trim(), Action = Action.Trim() };

    private Task FilterAsync()
    {
        _olderThan = 0;
        return RefreshAsync();
    }

    private void Show(ListAuditReply reply)
    {
        Entries = reply.Entries;
        Loaded = true;
        More = reply.Entries.Count == PageSize;
    }

    private const int PageSize = 200;
}
