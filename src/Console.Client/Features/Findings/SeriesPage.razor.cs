using System.Globalization;
using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Findings;

/// <summary>Every series of one host, or of one method, with its verdict: steady ones and those without enough data too.</summary>
public partial class SeriesPage(IFindingsApi api)
{
    private string? _loaded;

    [SupplyParameterFromQuery(Name = "host")]
    private string? HostQuery { get; set; }

    [SupplyParameterFromQuery(Name = "method")]
    private string? MethodQuery { get; set; }

    /// <summary>Width of the bins, seconds; none: the widest.</summary>
    [SupplyParameterFromQuery(Name = "bins")]
    private string? BinsQuery { get; set; }

    /// <summary>What the server rendered, handed to the browser.</summary>
    [PersistentState]
    public byte[]? Handed { get; set; }

    protected override IReadOnlyList<string> Topics { get; } = [Changes.Findings];

    private ListSeriesReply? Shown { get; set; }

    private string Of => HostQuery is { Length: > 0 } ? $"on {HostQuery}" : $"of {MethodQuery}";

    protected override async Task OnParametersSetAsync()
    {
        var asked = $"{HostQuery} {MethodQuery} {BinsQuery}";
        if (_loaded == asked)
            return;
        var handed = _loaded is null && Handed is not null;
        _loaded = asked;
        Shown = handed ? ListSeriesReply.Parser.ParseFrom(Handed) : null;
        if (!handed)
            await RefreshAsync();
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        _ = double.TryParse(BinsQuery, NumberStyles.Float, CultureInfo.InvariantCulture, out var bins);
        Shown = await api.ListSeriesAsync(new() { BinSeconds = bins, Host = HostQuery ?? "", Method = MethodQuery ?? "" }, cancellationToken);
        Handed = Shown.ToByteArray();
    }
}
