using System.Globalization;
using FleetConsole.Client.Api;
using FleetConsole.Client.Components;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Captures;

/// <summary>What is captured without anybody asking: whether it can, when it did and when it would have.</summary>
public partial class CaptureRulesPage(ICaptureRulesApi api)
{
    private const int Days = 7;
    private const int MostShown = 20;

    /// <summary>What the server rendered, handed to the browser.</summary>
    [PersistentState]
    public byte[]? Handed { get; set; }

    protected override IReadOnlyList<string> Topics { get; } = [Changes.Commands];

    private ListCaptureRulesReply? Shown { get; set; }

    private Dictionary<string, TryCaptureRuleReply> Tried { get; } = [];

    private string Trying { get; set; } = "";

    protected override async Task OnInitializedAsync()
    {
        if (Handed is not null)
            Shown = ListCaptureRulesReply.Parser.ParseFrom(Handed);
        else
            await RefreshAsync();
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        Shown = await api.ListCaptureRulesAsync(cancellationToken);
        Handed = Shown.ToByteArray();
    }

    private async Task TryAsync(string name)
    {
        Trying = name;
        await AskAsync(async cancel => Tried[name] = await api.TryCaptureRuleAsync(name, Days, cancel));
        Trying = "";
    }

    private static string Words(CaptureFiring firing) => firing.HasValue
        ? string.Create(CultureInfo.InvariantCulture, $"{firing.Host} at {Figures.Moment(firing.At)} ({firing.Value:G4})")
        : $"{firing.Host} at {Figures.Moment(firing.At)}{(firing.Failed ? ", which took nothing" : "")}";
}
