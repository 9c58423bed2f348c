using System.ComponentModel.DataAnnotations;
using FleetConsole.Server.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Components;

public partial class SignIn(SignInManager<IdentityUser> signIn, NavigationManager navigation)
{
    [SupplyParameterFromForm(FormName = "sign-in", Name = nameof(Input))]
    private Credentials? Form { get; set; }

    private Credentials Input => Form ??= new();

    [SupplyParameterFromQuery(Name = AccountRoutes.ReturnUrl)]
    private string? ReturnUrl { get; set; }

    [SupplyParameterFromQuery(Name = ProviderSignIn.Problem)]
    private string? CameBackWith { get; set; }

    [Inject]
    private IOptions<ProviderOptions> Providers { get; set; } = null!;

    [Inject]
    private AccountAudit Audit { get; set; } = null!;

    private string? Problem { get; set; }

    private string? Provider => Providers.Value.Authority is null ? null : Providers.Value.Name;

    private string ProviderLink => $"{ProviderSignIn.Start}?{AccountRoutes.ReturnUrl}={Uri.EscapeDataString(AccountRoutes.Local(ReturnUrl))}";

    protected override void OnInitialized() => Problem = Provider is null ? null : ProviderSignIn.Words(CameBackWith, Provider);

    private async Task SubmitAsync()
    {
        var result = await signIn.PasswordSignInAsync(Input.User, Input.Password, isPersistent: false, lockoutOnFailure: true);
        await Audit.WriteAsync(Input.User, "password", result.Succeeded ? "succeeded" : result.RequiresTwoFactor ? "half" : "failed",
            result.IsLockedOut ? "locked" : result.RequiresTwoFactor ? "the second factor is asked for" : "");
        if (result.Succeeded)
        {
            navigation.NavigateTo(AccountRoutes.Local(ReturnUrl));
            return;
        }

        if (result.RequiresTwoFactor)
        {
            navigation.NavigateTo($"{AccountRoutes.SecondFactor}?{AccountRoutes.ReturnUrl}={Uri.EscapeDataString(ReturnUrl ?? "")}");
            return;
        }

        // The same words for an account that is locked, one that is disabled and one that does not exist.
        Problem = "User or password is wrong. After five wrong passwords an account is locked for five minutes.";
    }

    private sealed class Credentials
    {
        [Required(ErrorMessage = "Enter your user name.")]
        public string User { get; set; } = "";

        [Required(ErrorMessage = "Enter your password.")]
        public string Password { get; set; } = "";
    }
}
