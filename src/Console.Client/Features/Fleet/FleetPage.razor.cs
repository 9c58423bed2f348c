using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Fleet;

public partial class FleetPage(IFleetApi api)
{
    /// <summary>What the server rendered, handed to the browser.</summary>
    [PersistentState]
    public byte[]? Handed { get; set; }

    protected override IReadOnlyList<string> Topics { get; } = [Changes.Fleet];

    private FleetReply? Fleet { get; set; }

    protected override async Task OnInitializedAsync()
    {
        if (Handed is not null)
            Fleet = FleetReply.Parser.ParseFrom(Handed);
        else
            await RefreshAsync();
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        Fleet = await api.GetFleetAsync(cancellationToken);
        Handed = Fleet.ToByteArray();
    }

    private static long Started(HostSummary host) => host.ProcessStartedAt?.Seconds ?? long.MinValue;
}
