using System.ComponentModel.DataAnnotations;
using FleetConsole.Server.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;

namespace FleetConsole.Server.Components;

public partial class SignIn(SignInManager<IdentityUser> signIn, NavigationManager navigation)
{
    [SupplyParameterFromForm(FormName = "sign-in", Name = nameof(Input))]
    private Credentials? Form { get; set; }

    private Credentials Input => Form ??= new();

    [SupplyParameterFromQuery(Name = AccountRoutes.ReturnUrl)]
    private string? ReturnUrl { get; set; }

    private string? Problem { get; set; }

    private async Task SubmitAsync()
    {
        var result = await signIn.PasswordSignInAsync(Input.User, Input.Password, isPersistent: false, lockoutOnFailure: true);
        if (result.Succeeded)
        {
            // Only a path of this site: an absolute address here would send people elsewhere with our name on the link.
            var local = ReturnUrl is ['/', ..] and not ['/', '/' or '\\', ..];
            navigation.NavigateTo(local ? ReturnUrl! : "/");
            return;
        }

        Problem = result.IsLockedOut
            ? "Too many failed attempts. The account is locked for five minutes."
            : "User or password is wrong.";
    }

    private sealed class Credentials
    {
        [Required(ErrorMessage = "Enter your user name.")]
        public string User { get; set; } = "";

        [Required(ErrorMessage = "Enter your password.")]
        public string Password { get; set; } = "";
    }
}
