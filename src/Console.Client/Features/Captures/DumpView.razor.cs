using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Captures;

/// <summary>What a goroutine dump says, or how two differ.</summary>
public sealed partial class DumpView(IProfilesApi api)
{
    private DumpViewRequest? _asked;

    [Parameter, EditorRequired]
    public required long Capture { get; set; }

    /// <summary>The dump it is compared with; 0: none.</summary>
    [Parameter]
    public long Base { get; set; }

    /// <summary>What the server rendered, handed to the browser.</summary>
    [PersistentState]
    public byte[]? Handed { get; set; }

    protected override IReadOnlyList<string> Topics { get; } = [];

    private DumpViewReply? Shown { get; set; }

    private bool Compared => Shown?.Base is not null;

    protected override async Task OnParametersSetAsync()
    {
        var request = new DumpViewRequest { CaptureId = Capture, BaseId = Base };
        var before = _asked;
        if (request.Equals(before))
            return;
        _asked = request;
        if (before is null && Handed is not null)
            Shown = DumpViewReply.Parser.ParseFrom(Handed);
        else
            await RefreshAsync();
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (_asked is not { } request)
            return;
        var reply = await api.GetDumpAsync(request, cancellationToken);
        if (!request.Equals(_asked))
            return;
        Shown = reply;
        Handed = reply.ToByteArray();
    }

    // What a group does is told by the first function that is not merely how one waits.
    private static bool IsWaiting(DumpFrame frame) =>
        frame.Function.StartsWith("runtime.", StringComparison.Ordinal) || frame.Function.StartsWith("sync.", StringComparison.Ordinal)
        || frame.Function.StartsWith("internal/sync.", StringComparison.Ordinal) || frame.Function.StartsWith("internal/poll.", StringComparison.Ordinal);
}
