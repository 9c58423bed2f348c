using FleetConsole.Client.Layout;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client;

public partial class Routing
{
    /// <summary>What the theme cookie says, read on the server so that the first paint has the right colours.</summary>
    [Parameter]
    public string? ThemeCookie { get; set; }

    private ThemeChoice Theme { get; set; } = new(true);

    protected override void OnInitialized() => Theme = new(ThemeCookie != ThemeChoice.Light);
}
