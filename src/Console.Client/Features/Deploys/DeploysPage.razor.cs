using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Deploys;

public partial class DeploysPage(IDeploysApi api)
{
    private ListDeploysRequest? _shown;

    [SupplyParameterFromQuery(Name = "restarts")]
    private string? RestartsQuery { get; set; }

    [SupplyParameterFromQuery(Name = "before")]
    private long? BeforeQuery { get; set; }

    /// <summary>What the server rendered, handed to the browser.</summary>
    [PersistentState]
    public byte[]? Handed { get; set; }

    protected override IReadOnlyList<string> Topics { get; } = [Changes.Deploys];

    private bool WithRestarts => RestartsQuery == "yes";

    private ListDeploysReply? Deploys { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        var before = _shown;
        _shown = Request();
        if (before is null && Handed is not null)
            Deploys = ListDeploysReply.Parser.ParseFrom(Handed);
        else if (!_shown.Equals(before))
            await RefreshAsync();
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        Deploys = await api.ListDeploysAsync(Request(), cancellationToken);
        Handed = Deploys.ToByteArray();
    }

    private ListDeploysRequest Request() => new() { WithRestarts = WithRestarts, BeforeId = BeforeQuery ?? 0 };
}
