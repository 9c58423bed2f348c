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
public partial class CommandsPage(IControlApi api, IDialogService dialogs)
{
    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    /// <summary>What the server rendered, handed to the browser.</summary>
    [PersistentState]
    public byte[]? Handed { get; set; }

    protected override IReadOnlyList<string> Topics { get; } = [Changes.Commands];

    private ListCommandsReply? Shown { get; set; }

    private ClaimsPrincipal User { get; set; } = new();

    private string UserName => User.Identity?.Name ?? "";

    private IReadOnlyList<CommandView> Waiting => [.. (Shown?.Commands ?? []).Where(command => command.Phase == CommandPhase.AwaitingApproval)];

    protected override async Task OnInitializedAsync()
    {
        if (Authentication is not null)
            User = (await Authentication).User;
        if (Handed is not null)
            Shown = ListCommandsReply.Parser.ParseFrom(Handed);
        else
            await RefreshAsync();
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        Shown = await api.ListCommandsAsync("", cancellationToken);
        Handed = Shown.ToByteArray();
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
}
