using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Deploys;

public partial class DeployPage(IDeploysApi api)
{
    private long? _shown;

    [Parameter]
    public long Id { get; set; }

    [SupplyParameterFromQuery(Name = "method")]
    private string? MethodQuery { get; set; }

    /// <summary>What the server rendered, handed to the browser.</summary>
    [PersistentState]
    public byte[]? Handed { get; set; }

    protected override IReadOnlyList<string> Topics { get; } = [Changes.Deploys];

    private DeployReply? Reply { get; set; }

    /// <summary>The busiest first.</summary>
    private IReadOnlyList<string> Methods { get; set; } = [];

    /// <summary>The one that the chart and the numbers are of: the address's, or else the one that the sentence is of.</summary>
    private string Method => MethodQuery is { } asked && Methods.Contains(asked) ? asked : Methods.Count > 0 ? Methods[0] : "";

    protected override async Task OnParametersSetAsync()
    {
        var before = _shown;
        _shown = Id;
        if (before is null && Handed is not null)
            Show(DeployReply.Parser.ParseFrom(Handed));
        else if (before != Id)
            await RefreshAsync();
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        var reply = await api.GetDeployAsync(Id, cancellationToken);
        Handed = reply.ToByteArray();
        Show(reply);
    }

    private void Show(DeployReply reply)
    {
        Reply = reply;
        Methods =
        [
            .. reply.Verdicts.Where(v => v.Host.Length == 0 && v.Method.Length > 0)
                .GroupBy(v => v.Method)
                .OrderByDescending(m => m.Any(v => v.Verdict == reply.Deploy.Verdict))
                .ThenByDescending(m => m.Max(v => v.Requests)).ThenBy(m => m.Key, StringComparer.Ordinal)
                .Select(m => m.Key),
        ];
    }
}
