using System.Security.Claims;
using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace FleetConsole.Client.Features.Control;

/// <summary>What the person confirmed of an action after which another process serves.</summary>
public sealed record ConfirmedReplacement(string Reason, string Typed, bool SkipsEvidence, bool Override, bool BreakGlass);

/// <summary>
/// Shows what an action that replaces the process would do and which rules would refuse it, before anything is done;
/// the server checks them again. Closes with <see cref="ConfirmedReplacement"/> or is cancelled.
/// </summary>
public partial class ReplaceDialog(IControlApi api)
{
    private const int LeastReason = 3;

    [CascadingParameter]
    public required IMudDialogInstance Dialog { get; set; }

    [Parameter, EditorRequired]
    public required string Host { get; set; }

    /// <summary>"restart", "reload" or "abort".</summary>
    [Parameter, EditorRequired]
    public required string Action { get; set; }

    [Parameter, EditorRequired]
    public required ClaimsPrincipal User { get; set; }

    private PlanStep? Plan { get; set; }

    private PlanStep? Unlifted { get; set; }

    private string Problem { get; set; } = "";

    private string Reason { get; set; } = "";

    private string Typed { get; set; } = "";

    private bool SkipsEvidence { get; set; }

    private bool Override { get; set; }

    private bool BreakGlass { get; set; }

    private bool OffersOverride => Refuses("healthy-share") && Holds(Permissions.RestartOverride);

    private bool OffersBreakGlass => (Unlifted is { NeedsApproval: true } || Refuses("freeze") || Refuses("cool-down")) && Holds(Permissions.BreakGlass);

    private bool Ready => Reason.Trim().Length >= LeastReason && Typed == Host && Plan is { Refusals.Count: 0 };

    private string Confirmation => Plan is { NeedsApproval: true } ? "Ask for approval" : $"{Verb} {Host}";

    private string Verb => Action switch
    {
        "reload" => "Reload",
        "abort" => "Abort",
        _ => "Restart",
    };

    private string Harm => Action switch
    {
        "reload" => "Calls in flight go on in the old process while it drains; a new process begins at age zero.",
        "abort" => "SIGABRT ends the process: calls in flight on this host fail. It is the dump that a server gives that answers nothing any more.",
        _ => "Calls in flight on this host fail; its process age begins again at zero.",
    };

    protected override Task OnInitializedAsync() => PlanAsync();

    private bool Refuses(string rule) => Unlifted is not null && Unlifted.Refusals.Any(refusal => refusal.Rule == rule);

    private bool Holds(string permission) => User.HasClaim(Permissions.ClaimType, permission);

    private Task SkipAsync(bool value)
    {
        SkipsEvidence = value;
        return PlanAsync();
    }

    private Task OverrideAsync(bool value)
    {
        Override = value;
        return PlanAsync();
    }

    private Task BreakGlassAsync(bool value)
    {
        BreakGlass = value;
        return PlanAsync();
    }

    private async Task PlanAsync()
    {
        try
        {
            var reply = await api.PlanAsync(new() { Action = Action, Hosts = { Host }, Override = Override, BreakGlass = BreakGlass, SkipEvidence = SkipsEvidence }, CancellationToken.None);
            Plan = reply.Steps.Single();
            Unlifted ??= Plan;
        }
        catch (ApiException e)
        {
            Problem = e.Message;
        }
    }

    private void Cancel() => Dialog.Cancel();

    private void Confirm() => Dialog.Close(DialogResult.Ok(new ConfirmedReplacement(Reason.Trim(), Typed, SkipsEvidence, Override, BreakGlass)));
}
