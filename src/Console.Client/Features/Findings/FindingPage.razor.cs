using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Findings;

public partial class FindingPage(IFindingsApi api)
{
    private long _loaded;

    [Parameter]
    public long Id { get; set; }

    /// <summary>What the server rendered, handed to the browser.</summary>
    [PersistentState]
    public byte[]? Handed { get; set; }

    protected override IReadOnlyList<string> Topics { get; } = [Changes.Findings];

    private FindingReply? Shown { get; set; }

    private string Captures => Shown is { Drift: null } ? Routes.CapturesOf(Shown.Summary.Scope) : Routes.Captures;

    protected override async Task OnParametersSetAsync()
    {
        if (_loaded == Id)
            return;
        var handed = _loaded == 0 && Handed is not null;
        _loaded = Id;
        Shown = handed ? FindingReply.Parser.ParseFrom(Handed) : null;
        if (!handed)
            await RefreshAsync();
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        Shown = await api.GetFindingAsync(Id, cancellationToken);
        Handed = Shown.ToByteArray();
    }
}
