using FleetConsole.Client.Api;
using FleetConsole.Client.Features.Latency;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace FleetConsole.Client.Features.Captures;

/// <summary>One capture, read: a profile as a flame graph, everything else as text.</summary>
public partial class CapturePage(ICapturesApi api, NavigationManager navigation)
{
    private long _loaded;

    [Parameter]
    public long Id { get; set; }

    [SupplyParameterFromQuery(Name = "base")]
    private string? BaseQuery { get; set; }

    [SupplyParameterFromQuery(Name = "type")]
    private string? TypeQuery { get; set; }

    [SupplyParameterFromQuery(Name = "focus")]
    private string? FocusQuery { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? SearchQuery { get; set; }

    [SupplyParameterFromQuery(Name = "fn")]
    private string? FunctionQuery { get; set; }

    [SupplyParameterFromQuery(Name = "label")]
    private string? LabelQuery { get; set; }

    [SupplyParameterFromQuery(Name = "group")]
    private string? GroupQuery { get; set; }

    [SupplyParameterFromQuery(Name = "shape")]
    private string? ShapeQuery { get; set; }

    [SupplyParameterFromQuery(Name = "norm")]
    private string? NormQuery { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? SortQuery { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    /// <summary>What the server rendered, handed to the browser: the capture, and those it can be compared with.</summary>
    [PersistentState]
    public byte[][]? Handed { get; set; }

    protected override IReadOnlyList<string> Topics { get; } = [];

    private FlameLook Look { get; set; } = new();

    private Capture? Shown { get; set; }

    private ListComparisonsReply Others { get; set; } = new();

    private bool MayRead { get; set; }

    private string Title => Shown is null ? "" : Before is { } before ? $"{before} → {CaptureWords.Line(Shown)}"
        : string.Concat(CaptureWords.Kind(Shown)[..1].ToUpperInvariant(), CaptureWords.Kind(Shown).AsSpan(1));

    private string? Before => Look.Bases switch
    {
        [] => null,
        [var id] when Others.Captures.FirstOrDefault(other => other.Id == id) is { } other => CaptureWords.Line(other),
        _ => Others.Suggested.FirstOrDefault(suggested => suggested.BaseIds.SequenceEqual(Look.Bases))?.Title ?? $"{Look.Bases.Count} captures",
    };

    private string OnChart => Shown?.ProcessStartedAt is { } started
        ? Routes.LatencyOf(LatencyView.Around(Shown.Host, started.ToDateTimeOffset(), Shown.TakenAt.ToDateTimeOffset()))
        : Routes.Latency;

    protected override async Task OnParametersSetAsync()
    {
        if (Authentication is not null)
            MayRead = (await Authentication).User.HasClaim(Permissions.ClaimType, Permissions.Profile);
        Look = FlameLook.From(BaseQuery, TypeQuery, FocusQuery, SearchQuery, FunctionQuery, LabelQuery, GroupQuery, ShapeQuery, NormQuery, SortQuery);
        if (_loaded == Id)
            return;
        var first = _loaded == 0;
        _loaded = Id;
        if (first && Handed is [var shown, var others])
            (Shown, Others) = (Contracts.V1.Capture.Parser.ParseFrom(shown), ListComparisonsReply.Parser.ParseFrom(others));
        else
            await RefreshAsync();
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        var id = Id;
        var shown = await api.GetCaptureAsync(id, cancellationToken);
        var others = await api.ListComparisonsAsync(id, cancellationToken);
        if (id != Id)
            return;
        (Shown, Others) = (shown, others);
        Handed = [shown.ToByteArray(), others.ToByteArray()];
    }

    private string Against(IReadOnlyList<long> bases) => Routes.CaptureOf(Id, new FlameLook { Bases = bases, Type = Look.Type, Icicle = Look.Icicle });
}
