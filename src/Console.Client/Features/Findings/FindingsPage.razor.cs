using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Findings;

public partial class FindingsPage(IFindingsApi api)
{
    /// <summary>What the server rendered, handed to the browser.</summary>
    [PersistentState]
    public byte[]? Handed { get; set; }

    protected override IReadOnlyList<string> Topics { get; } = [Changes.Findings];

    private ListFindingsReply? Shown { get; set; }

    // The server puts the worst first.
    private IReadOnlyList<FindingSummary> Open => [.. Shown?.Findings.Where(f => f.State != FindingState.Resolved) ?? []];

    private IReadOnlyList<FindingSummary> Resolved => [.. Shown?.Findings.Where(f => f.State == FindingState.Resolved) ?? []];

    protected override async Task OnInitializedAsync()
    {
        if (Handed is not null)
            Shown = ListFindingsReply.Parser.ParseFrom(Handed);
        else
            await RefreshAsync();
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        Shown = await api.ListFindingsAsync(cancellationToken);
        Handed = Shown.ToByteArray();
    }

    private static string Tone(FindingSummary finding) => finding.State == FindingState.Confirmed ? "confirmed" : "suspected";
}
