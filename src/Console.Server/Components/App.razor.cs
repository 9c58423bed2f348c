using FleetConsole.Client.Layout;
using FleetConsole.Server.Hosting;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace FleetConsole.Server.Components;

/// <summary>
/// The document around every page. A link that is pressed before WebAssembly runs loads its page whole: an enhanced
/// navigation that is under way when WebAssembly takes over leaves the old page under the new address.
/// </summary>
public partial class App
{
    [CascadingParameter]
    private HttpContext? HttpContext { get; set; }

    private string ThemeCookie => ThemeChoice.NameOf(HttpContext?.Request.Cookies[ThemeChoice.Cookie]);

    private string Nonce => HttpContext is null ? "" : HostingSetup.NonceOf(HttpContext);

    // The sign-in page answers a form post, which only a page rendered on the server can.
    private IComponentRenderMode? Mode => HttpContext?.AcceptsInteractiveRouting() == true ? RenderMode.InteractiveWebAssembly : null;
}
