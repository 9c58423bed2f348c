using System.Globalization;
using FleetConsole.Client.Api;
using FleetConsole.Client.Components;
using FleetConsole.Client.Layout;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Captures;

/// <summary>A profile, or the difference of two, as a flame graph with its table.</summary>
public sealed partial class ProfileView(IProfilesApi api, NavigationManager navigation)
{
    private FlameRequest? _asked;

    [CascadingParameter]
    public required ThemeChoice Theme { get; set; }

    [Parameter, EditorRequired]
    public required long Capture { get; set; }

    [Parameter, EditorRequired]
    public required FlameLook Look { get; set; }

    /// <summary>What the server rendered, handed to the browser.</summary>
    [PersistentState]
    public byte[]? Handed { get; set; }

    protected override IReadOnlyList<string> Topics { get; } = [];

    private FlameReply? Shown { get; set; }

    private FlameGraph? Graph { get; set; }

    private string TypeShown => Shown is { } shown ? shown.Types_[shown.Type].Type : "";

    private IReadOnlyList<string> LabelKeys => Shown is null ? [] : [.. Shown.Labels.Select(label => label.Key).Distinct()];

    // Nodes are numbered anew for another sample type or other labels.
    private FlameLook Fresh => Look with { Focus = 0, Function = "" };

    protected override void OnInitialized() => Theme.Switched += OnSwitched;

    protected override async Task OnParametersSetAsync()
    {
        var request = Look.ToRequest(Capture);
        var before = _asked;
        if (request.Equals(before))
            return;
        _asked = request;
        if (before is null && Handed is not null)
            Shown = FlameReply.Parser.ParseFrom(Handed);
        else
            await RefreshAsync();
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (_asked is not { } request)
            return;
        var reply = await api.GetFlameAsync(request, cancellationToken);
        if (!request.Equals(_asked))
            return;
        Shown = reply;
        Handed = reply.ToByteArray();
    }

    protected override void Dispose(bool disposing)
    {
        Theme.Switched -= OnSwitched;
        base.Dispose(disposing);
    }

    private string AddressOf(FlameLook look) => Routes.CaptureOf(Capture, look);

    private void Go(FlameLook look) => navigation.NavigateTo(AddressOf(look));

    private void Focus(int node) => Go(Look with { Focus = node });

    private void CutOut(string function)
    {
        if (Look.Bases.Count == 0)
            Go(Look with { Function = function, Focus = 0 });
    }

    private void Up() => Go(Look with { Function = "", Focus = Shown is { Ancestors: [.., var parent] } && Look.Function.Length == 0 ? parent.Node : 0 });

    private Task SaveAsync(bool vector) => Graph?.SaveAsync(vector, $"{Shown?.Capture.FileName}.{(vector ? "svg" : "png")}") ?? Task.CompletedTask;

    private void OnSwitched() => _ = InvokeAsync(StateHasChanged);

    internal static string Share(double share) => (share * 100).ToString("0.00", CultureInfo.InvariantCulture) + " %";
}
