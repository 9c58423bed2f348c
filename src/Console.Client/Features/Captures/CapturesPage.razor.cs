using System.Globalization;
using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace FleetConsole.Client.Features.Captures;

/// <summary>Everything that was captured, latest first, or nearest to an age first.</summary>
public partial class CapturesPage(ICapturesApi api)
{
    private const int LeastReason = 3;
    private string? _loaded;

    [SupplyParameterFromQuery(Name = "host")]
    private string? HostQuery { get; set; }

    /// <summary>The command that took them.</summary>
    [SupplyParameterFromQuery(Name = "command")]
    private string? CommandQuery { get; set; }

    /// <summary>Seconds of process age.</summary>
    [SupplyParameterFromQuery(Name = "age")]
    private string? AgeQuery { get; set; }

    /// <summary>"oldest": those come first that one would delete first.</summary>
    [SupplyParameterFromQuery(Name = "order")]
    private string? OrderQuery { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    /// <summary>What the server rendered, handed to the browser.</summary>
    [PersistentState]
    public byte[]? Handed { get; set; }

    protected override IReadOnlyList<string> Topics { get; } = [Changes.Commands];

    private ListCapturesReply? Shown { get; set; }

    private bool MayRead { get; set; }

    private bool MayDelete { get; set; }

    private HashSet<long> Chosen { get; } = [];

    private string Why { get; set; } = "";

    private TimeSpan? Wanted => double.TryParse(AgeQuery, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 1e9
        ? TimeSpan.FromSeconds(seconds)
        : null;

    protected override async Task OnParametersSetAsync()
    {
        if (Authentication is not null)
        {
            var user = (await Authentication).User;
            (MayRead, MayDelete) = (user.HasClaim(Permissions.ClaimType, Permissions.Profile), user.HasClaim(Permissions.ClaimType, Permissions.Administer));
        }

        var asked = $"{HostQuery}@{Wanted}@{CommandQuery}@{OrderQuery}";
        if (_loaded == asked)
            return;
        var first = _loaded is null;
        _loaded = asked;
        if (first && Handed is not null)
            Shown = ListCapturesReply.Parser.ParseFrom(Handed);
        else
            await RefreshAsync();
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        Shown = await api.ListCapturesAsync(new() { Host = HostQuery ?? "", CommandId = CommandQuery ?? "", Age = Wanted?.ToDuration(), OldestFirst = OrderQuery == "oldest" }, cancellationToken);
        Handed = Shown.ToByteArray();

        // What is no longer shown is not deleted unseen.
        Chosen.IntersectWith(Shown.Captures.Where(capture => capture.DeletedAt is null).Select(capture => capture.Id));
    }

    private void Choose(long id)
    {
        if (!Chosen.Remove(id))
            Chosen.Add(id);
    }

    private void ChooseAll() => Chosen.UnionWith(Shown?.Captures.Where(capture => capture.DeletedAt is null).Select(capture => capture.Id) ?? []);

    private async Task DeleteAsync()
    {
        await AskAsync(cancellationToken => api.DeleteCapturesAsync(new() { CaptureIds = { Chosen }, Reason = Why.Trim() }, cancellationToken));
        if (Problem is not null)
            return;
        Why = "";
        await RefreshAsync();
    }
}
