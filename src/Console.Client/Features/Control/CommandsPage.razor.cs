using System.Security.Claims;
using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;

namespace FleetConsole.Client.Features.Control;

/// <summary>Every command of the fleet, those first that wait for a second person.</summary>
public partial class CommandsPage(IControlApi api, IRolloutsApi rollouts, IFleetApi fleet, IDialogService dialogs, TimeProvider time)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(12);

    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    /// <summary>What the server rendered, handed to the browser.</summary>
    [PersistentState]
    public byte[][]? Handed { get; set; }

    protected override IReadOnlyList<string> Topics { get; } = [Changes.Commands];

    private ListCommandsReply? Shown { get; set; }

    private ListCommandsReply Waiting { get; set; } = new();

    private ListRolloutsReply Rolling { get; set; } = new();

    // What is not over, and what ended lately: the rest is history, and stands in the audit trail.
    private IEnumerable<RolloutView> Current => Rolling.Rollouts.Where(rollout =>
        rollout.EndedAt is null || time.GetUtcNow() - rollout.EndedAt.ToDateTimeOffset() < Remembered);

    private ClaimsPrincipal User { get; set; } = new();

    private string UserName => User.Identity?.Name ?? "";

    protected override async Task OnInitializedAsync()
    {
        if (Authentication is not null)
            User = (await Authentication).User;
        if (Handed is [var commands, var waiting, var rolling])
            (Shown, Waiting, Rolling) = (ListCommandsReply.Parser.ParseFrom(commands), ListCommandsReply.Parser.ParseFrom(waiting), ListRolloutsReply.Parser.ParseFrom(rolling));
        else
            await RefreshAsync();
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        Shown = await api.ListCommandsAsync("", cancellationToken);
        Waiting = await api.ListWaitingAsync(cancellationToken);
        Rolling = await rollouts.ListRolloutsAsync(cancellationToken);
        Handed = [Shown.ToByteArray(), Waiting.ToByteArray(), Rolling.ToByteArray()];
    }

    private async Task DecideAsync(CommandView command, bool approve)
    {
        var own = command.RequestedBy == UserName;
        var verb = approve ? "Approve" : own ? "Withdraw" : "Reject";
        var dialog = await dialogs.ShowAsync<CommandDialog>(null, new DialogParameters<CommandDialog>
        {
            { d => d.Title, $"{verb} the {command.Action} of {command.Host}" },
            { d => d.Text, $"{command.RequestedBy} asked for it: {command.Reason}" },
            { d => d.Confirmation, verb },
            { d => d.Harmful, approve },
        });
        if (await dialog.Result is not { Canceled: false, Data: Confirmed confirmed })
            return;
        var decision = new DecisionRequest { CommandId = command.Id, Reason = confirmed.Reason };
        await AskAsync(async cancellationToken =>
        {
            await (approve ? api.ApproveAsync(decision, cancellationToken) : api.RejectAsync(decision, cancellationToken));
            await LoadAsync(cancellationToken);
        });
    }

    private async Task RollAsync()
    {
        var hosts = (await fleet.GetFleetAsync(CancellationToken.None)).Hosts.Select(host => host.Host).Order(StringComparer.Ordinal).ToList();

        // One key for one confirmation: however often the request is sent, it is one rolling restart.
        var key = Guid.NewGuid().ToString();
        var dialog = await dialogs.ShowAsync<RolloutDialog>(null, new DialogParameters<RolloutDialog> { { d => d.Hosts, hosts } });
        if (await dialog.Result is not { Canceled: false, Data: StartRolloutRequest request })
            return;
        request.IdempotencyKey = key;
        await AskAsync(async cancellationToken =>
        {
            await rollouts.StartRolloutAsync(request, cancellationToken);
            await LoadAsync(cancellationToken);
        });
    }

    private Task ResumeAsync(RolloutView rollout) => DecideAsync(rollout, "Resume", rollouts.ResumeRolloutAsync);

    private Task AbortAsync(RolloutView rollout) => DecideAsync(rollout, "Abort", rollouts.AbortRolloutAsync);

    private async Task DecideAsync(RolloutView rollout, string verb, Func<RolloutDecision, CancellationToken, Task<RolloutView>> decide)
    {
        var dialog = await dialogs.ShowAsync<CommandDialog>(null, new DialogParameters<CommandDialog>
        {
            { d => d.Title, $"{verb} the rolling restart" },
            { d => d.Text, rollout.Message },
            { d => d.Confirmation, verb },
            { d => d.Harmful, verb == "Resume" },
            { d => d.OffersBreakGlass, verb == "Resume" && User.HasClaim(Permissions.ClaimType, Permissions.BreakGlass) },
        });
        if (await dialog.Result is not { Canceled: false, Data: Confirmed confirmed })
            return;
        await AskAsync(async cancellationToken =>
        {
            await decide(new() { RolloutId = rollout.Id, Reason = confirmed.Reason, BreakGlass = confirmed.BreakGlass }, cancellationToken);
            await LoadAsync(cancellationToken);
        });
    }
}
