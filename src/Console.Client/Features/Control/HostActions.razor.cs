using System.Security.Claims;
using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace FleetConsole.Client.Features.Control;

/// <summary>The buttons of a host. One that cannot be pressed says why; the server checks everything again.</summary>
public partial class HostActions(IControlApi api, IDialogService dialogs)
{
    [Parameter, EditorRequired]
    public required string Host { get; set; }

    [Parameter, EditorRequired]
    public required ClaimsPrincipal User { get; set; }

    /// <summary>Why no command can be given to the host at all; empty when one can.</summary>
    [Parameter]
    public string Unmapped { get; set; } = "";

    /// <summary>The command that holds the host now.</summary>
    [Parameter]
    public CommandView? Running { get; set; }

    /// <summary>A command was taken by the server.</summary>
    [Parameter]
    public EventCallback Given { get; set; }

    private string? Problem { get; set; }

    private IReadOnlyList<(string Permission, string Name, bool Harmful, Func<Task> Give)> Buttons =>
    [
        (Permissions.Profile, "Profile", false, () => ProfileAsync(Host)),
        (Permissions.Dump, "Dump", false, () => DumpAsync(Host)),
        (Permissions.Restart, "Reload", false, () => ReplaceAsync(Host, "reload")),
        (Permissions.Restart, "Restart", true, () => ReplaceAsync(Host, "restart")),
    ];

    private string Refusal => Buttons.Select(button => button.Permission).Where(Lacks).Distinct().ToList() is { Count: > 1 } lacking
        ? $"Your account lacks the permissions {string.Join(", ", lacking)}. Ask an administrator."
        : string.Join(' ', Buttons.Select(button => WhyNot(button.Permission)).Where(why => why.Length > 0).Distinct());

    private bool Lacks(string permission) => !User.HasClaim(Permissions.ClaimType, permission);

    private string WhyNot(string permission) =>
        Lacks(permission) ? $"Your account lacks the permission {permission}. Ask an administrator."
        : Unmapped.Length > 0 ? Unmapped
        : Running is not null ? $"{Host} is held by a {Running.Action} that {Running.RequestedBy} asked for."
        : "";

    private Task ProfileAsync(string host) => GiveAsync(
        new()
        {
            { d => d.Title, $"Profile {host}" },
            { d => d.Text, "Takes a CPU profile of the running server through its agent. It costs the server a few percent of one core while it runs." },
            { d => d.Confirmation, "Profile" },
            { d => d.AsksSeconds, true },
        },
        (confirmed, key) => api.ProfileAsync(
            new() { Host = host, Reason = confirmed.Reason, Seconds = confirmed.Seconds, IdempotencyKey = key }, CancellationToken.None));

    private async Task DumpAsync(string host)
    {
        var key = Guid.NewGuid().ToString();
        var mayAbort = User.HasClaim(Permissions.ClaimType, Permissions.Restart);
        var dialog = await dialogs.ShowAsync<DumpDialog>(null, new DialogParameters<DumpDialog> { { d => d.Host, host }, { d => d.MayAbort, mayAbort } });
        if (await dialog.Result is not { Canceled: false, Data: ConfirmedDump confirmed })
            return;
        if (confirmed.Rung == Rung.Abort)
        {
            await ReplaceAsync(host, "abort");
            return;
        }

        await SendAsync(() => api.DumpAsync(
            new() { Host = host, Reason = confirmed.Reason, IdempotencyKey = key, Rung = confirmed.Rung, Seconds = confirmed.Seconds }, CancellationToken.None));
    }

    private async Task ReplaceAsync(string host, string action)
    {
        // One key for one confirmation: however often the request is sent, the command runs once.
        var key = Guid.NewGuid().ToString();
        var dialog = await dialogs.ShowAsync<ReplaceDialog>(
            null, new DialogParameters<ReplaceDialog> { { d => d.Host, host }, { d => d.Action, action }, { d => d.User, User } });
        if (await dialog.Result is { Canceled: false, Data: ConfirmedReplacement confirmed })
            await SendAsync(() => SendAsync(host, action, key, confirmed));
    }

    private Task<CommandView> SendAsync(string host, string action, string key, ConfirmedReplacement confirmed) => action switch
    {
        "reload" => api.ReloadAsync(
            new()
            {
                Host = host,
                Reason = confirmed.Reason,
                IdempotencyKey = key,
                ConfirmHost = confirmed.Typed,
                Override = confirmed.Override,
                BreakGlass = confirmed.BreakGlass,
            },
            CancellationToken.None),
        "abort" => api.DumpAsync(
            new()
            {
                Host = host,
                Reason = confirmed.Reason,
                IdempotencyKey = key,
                Rung = Rung.Abort,
                ConfirmHost = confirmed.Typed,
                Override = confirmed.Override,
                BreakGlass = confirmed.BreakGlass,
            },
            CancellationToken.None),
        _ => api.RestartAsync(
            new()
            {
                Host = host,
                Reason = confirmed.Reason,
                IdempotencyKey = key,
                ConfirmHost = confirmed.Typed,
                SkipEvidence = confirmed.SkipsEvidence,
                Override = confirmed.Override,
                BreakGlass = confirmed.BreakGlass,
            },
            CancellationToken.None),
    };

    private async Task GiveAsync(DialogParameters<CommandDialog> parameters, Func<Confirmed, string, Task<CommandView>> give)
    {
        var key = Guid.NewGuid().ToString();
        var dialog = await dialogs.ShowAsync<CommandDialog>(null, parameters);
        if (await dialog.Result is { Canceled: false, Data: Confirmed confirmed })
            await SendAsync(() => give(confirmed, key));
    }

    private async Task SendAsync(Func<Task<CommandView>> give)
    {
        Problem = null;
        try
        {
            await give();
            await Given.InvokeAsync();
        }
        catch (ApiException e)
        {
            Problem = e.Message;
        }
    }
}
