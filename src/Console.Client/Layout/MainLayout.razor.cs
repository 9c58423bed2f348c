using System.Security.Claims;
using FleetConsole.Client.Api;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace FleetConsole.Client.Layout;

public sealed partial class MainLayout(ChangeFeed feed, IJSRuntime js)
{
    [CascadingParameter]
    public required ThemeChoice Theme { get; set; }

    private bool Connected { get; set; } = true;

    private bool SignedOut { get; set; }

    protected override void OnInitialized()
    {
        feed.Connected += OnConnected;
        feed.SignedOut += OnSignedOut;
        Theme.Switched += OnSwitched;
    }

    public void Dispose()
    {
        feed.Connected -= OnConnected;
        feed.SignedOut -= OnSignedOut;
        Theme.Switched -= OnSwitched;
    }

    private async Task SwitchAsync()
    {
        Theme.Switch();
        await using var module = await js.InvokeAsync<IJSObjectReference>("import", "./js/theme.js");
        await module.InvokeVoidAsync("remember", ThemeChoice.Cookie, Theme.Name);
    }

    private void OnConnected(bool connected)
    {
        Connected = connected;
        _ = InvokeAsync(StateHasChanged);
    }

    private void OnSignedOut()
    {
        SignedOut = true;
        _ = InvokeAsync(StateHasChanged);
    }

    private void OnSwitched() => _ = InvokeAsync(StateHasChanged);

    private static string RoleOf(ClaimsPrincipal user) =>
        string.Join(", ", user.FindAll(claim => claim.Type is ClaimTypes.Role or "role").Select(claim => claim.Value));
}
