using FleetConsole.Client.Layout;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Server.Components;

/// <summary>What is answered to the form with a file that was not kept. It is a document of its own: the answer has its status, and no page of the application.</summary>
public partial class UploadRefused
{
    [Parameter, EditorRequired]
    public required string Why { get; set; }

    [CascadingParameter]
    private HttpContext? HttpContext { get; set; }

    private string ThemeCookie => ThemeChoice.NameOf(HttpContext?.Request.Cookies[ThemeChoice.Cookie]);
}
