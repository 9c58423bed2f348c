using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Latency;

public partial class LatencyPage(ILatencyApi api, IFleetApi fleetApi, NavigationManager navigation, TimeProvider time)
{
    private LatencyView? _shown;

    [SupplyParameterFromQuery(Name = "host")]
    private string[]? HostQuery { get; set; }

    [SupplyParameterFromQuery(Name = "method")]
    private string[]? MethodQuery { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? QuantileQuery { get; set; }

    [SupplyParameterFromQuery(Name = "axis")]
    private string? AxisQuery { get; set; }

    [SupplyParameterFromQuery(Name = "scale")]
    private string? ScaleQuery { get; set; }

    [SupplyParameterFromQuery(Name = "range")]
    private string? RangeQuery { get; set; }

    [SupplyParameterFromQuery(Name = "age")]
    private string? AgeQuery { get; set; }

    [SupplyParameterFromQuery(Name = "captured")]
    private string? CapturedQuery { get; set; }

    [SupplyParameterFromQuery(Name = "until")]
    private string? UntilQuery { get; set; }

    /// <summary>What the server rendered, handed to the browser.</summary>
    [PersistentState]
    public byte[]? HandedCurves { get; set; }

    [PersistentState]
    public byte[]? HandedFleet { get; set; }

    protected override IReadOnlyList<string> Topics { get; } = [Changes.Fleet];

    private LatencyView View { get; set; } = new();

    private CurvesReply? Curves { get; set; }

    private FleetReply? Fleet { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        View = LatencyView.From(HostQuery, MethodQuery, QuantileQuery, AxisQuery, ScaleQuery, RangeQuery, AgeQuery, CapturedQuery, UntilQuery);
        var before = _shown;
        _shown = View;
        if (before is null && HandedCurves is not null && HandedFleet is not null)
        {
            Curves = CurvesReply.Parser.ParseFrom(HandedCurves);
            Fleet = FleetReply.Parser.ParseFrom(HandedFleet);
        }
        else if (before is null || !View.ToRequest(DateTimeOffset.MaxValue).Equals(before.ToRequest(DateTimeOffset.MaxValue)))
        {
            await RefreshAsync();
        }
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        Fleet = await fleetApi.GetFleetAsync(cancellationToken);
        HandedFleet = Fleet.ToByteArray();
        Curves = await api.GetCurvesAsync(View.ToRequest(time.GetUtcNow()), cancellationToken);
        HandedCurves = Curves.ToByteArray();
    }

    private void ChooseHosts(IReadOnlyCollection<string>? hosts) => Go(View with { Hosts = [.. (hosts ?? []).Order(StringComparer.Ordinal)] });

    private void ChooseMethods(IReadOnlyCollection<string>? methods) => Go(View with { Methods = [.. (methods ?? []).Order(StringComparer.Ordinal)] });

    private void Go(LatencyView view) => navigation.NavigateTo(Routes.LatencyOf(view));
}
