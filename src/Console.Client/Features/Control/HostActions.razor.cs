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

    private string Refusal => string.Join(' ', new[] { WhyNot(Permissions.Profile), WhyNot(Permissions.Restart) }.Where(why => why.Length > 0).Distinct());

    private string WhyNot(string permission) =>
        !User.HasClaim(Permissions.ClaimType, permission) ? $"Your account lacks the permission {permission}. Ask an administrator."
        : Unmapped.Length > 0 ? Unmapped
        : Running is not null ? $"{Host} is held by a {Running.Action} that {Running.RequestedBy} asked for."
        : "";

    private Task ProfileAsync() => ProfileAsync(Host);

    private Task RestartAsync() => RestartAsync(Host);

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

    private Task RestartAsync(string host) => GiveAsync(
        new()
        {
            { d => d.Title, $"Restart {host}" },
            { d => d.Text, "Stops the running server and starts a new process. Calls in flight on this host fail; its process age begins again at zero." },
            { d => d.Confirmation, $"Restart {host}" },
            { d => d.Harmful, true },
        },
        (confirmed, key) => api.RestartAsync(
            new() { Host = host, Reason = confirmed.Reason, IdempotencyKey = key }, CancellationToken.None));

    private async Task GiveAsync(DialogParameters<CommandDialog> parameters, Func<Confirmed, string, Task<CommandView>> give)
    {
        Problem = null;

        // One key for one confirmation: however often the request is sent, the command runs once.
        var key = Guid.NewGuid().ToString();
        var dialog = await dialogs.ShowAsync<CommandDialog>(null, parameters);
        if (await dialog.Result is not { Canceled: false, Data: Confirmed confirmed })
            return;
        try
        {
            await give(confirmed, key);
            await Given.InvokeAsync();
        }
        catch (ApiException e)
        {
            Problem = e.Message;
        }
    }
}
