using System.Security.Claims;
using FleetConsole.Client.Api;
using FleetConsole.Client.Features.Control;
using FleetConsole.Client.Features.Latency;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace FleetConsole.Client.Pages;

/// <summary>One host: the features' views of it on one page. Pages compose features; features do not know each other.</summary>
public partial class HostPage(IFleetApi fleet, ILatencyApi latency, IControlApi control, ICapturesApi captures, TimeProvider time)
{
    private string? _loaded;

    [Parameter]
    public required string Name { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    /// <summary>What the server rendered, handed to the browser: host, curves, commands, captures.</summary>
    [PersistentState]
    public byte[][]? Handed { get; set; }

    protected override IReadOnlyList<string> Topics { get; } = [Changes.Fleet, Changes.Commands];

    private Everything? Shown { get; set; }

    private ClaimsPrincipal User { get; set; } = new();

    private LatencyView Chart => new() { Hosts = [Name], Range = "7d" };

    private CommandView? RunningCommand => Shown?.Commands.Commands.FirstOrDefault(CommandList.Unfinished);

    protected override async Task OnParametersSetAsync()
    {
        if (Authentication is not null)
            User = (await Authentication).User;
        if (_loaded == Name)
            return;
        var first = _loaded is null;
        _loaded = Name;
        if (first && Handed is [var host, var curves, var commands, var taken])
        {
            Shown = new(HostReply.Parser.ParseFrom(host), CurvesReply.Parser.ParseFrom(curves),
                ListCommandsReply.Parser.ParseFrom(commands), ListCapturesReply.Parser.ParseFrom(taken));
            return;
        }

        Shown = null;
        await RefreshAsync();
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        var name = Name;
        var host = fleet.GetHostAsync(name, cancellationToken);
        var commands = control.ListCommandsAsync(name, cancellationToken);
        var taken = captures.ListCapturesAsync(new() { Host = name }, cancellationToken);
        await Task.WhenAll(host, commands, taken);
        if (name != Name)
            return; // The page moved on to another host, whose own load follows.
        Shown = new(await host, Shown?.Curves ?? new(), await commands, await taken);

        // Last, since it is what a slow Prometheus delays: the rest of the page is shown before it.
        StateHasChanged();
        var curves = await latency.GetCurvesAsync(Chart.ToRequest(time.GetUtcNow()), cancellationToken);
        if (name != Name)
            return;
        Shown = Shown with { Curves = curves };
        Handed = [Shown.Host.ToByteArray(), Shown.Curves.ToByteArray(), Shown.Commands.ToByteArray(), Shown.Captures.ToByteArray()];
    }

    private sealed record Everything(HostReply Host, CurvesReply Curves, ListCommandsReply Commands, ListCapturesReply Captures);
}
