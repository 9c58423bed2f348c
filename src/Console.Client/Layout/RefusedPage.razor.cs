using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace FleetConsole.Client.Layout;

public partial class RefusedPage
{
    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    private bool SignedIn { get; set; }

    protected override async Task OnInitializedAsync()
    {
        SignedIn = Authentication is not null && (await Authentication).User.Identity?.IsAuthenticated == true;
        if (!SignedIn)
            Navigation.NavigateTo(Routes.SignInFor("/" + Navigation.ToBaseRelativePath(Navigation.Uri)), forceLoad: true);
    }
}
