using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Captures;

/// <summary>A capture that is text, as it is.</summary>
public partial class TextView(IProfilesApi api)
{
    private long _loaded;

    [Parameter, EditorRequired]
    public required long Capture { get; set; }

    /// <summary>What the server rendered, handed to the browser.</summary>
    [PersistentState]
    public byte[]? Handed { get; set; }

    protected override IReadOnlyList<string> Topics { get; } = [];

    private TextReply? Shown { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        if (_loaded == Capture)
            return;
        var first = _loaded == 0;
        _loaded = Capture;
        if (first && Handed is not null)
            Shown = TextReply.Parser.ParseFrom(Handed);
        else
            await RefreshAsync();
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        Shown = await api.GetTextAsync(Capture, cancellationToken);
        Handed = Shown.ToByteArray();
    }
}
