using System.ComponentModel.DataAnnotations;
using FleetConsole.Server.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using SignInResult = Microsoft.AspNetCore.Identity.SignInResult;

namespace FleetConsole.Server.Components;

/// <summary>The second half of signing in, for an account that has a second factor.</summary>
public partial class SecondFactor(SignInManager<IdentityUser> signIn, UserManager<IdentityUser> users, NavigationManager navigation)
{
    private const int Digits = 6;

    [SupplyParameterFromForm(FormName = "second-factor", Name = nameof(Input))]
    private Answer? Form { get; set; }

    private Answer Input => Form ??= new();

    [SupplyParameterFromQuery(Name = AccountRoutes.ReturnUrl)]
    private string? ReturnUrl { get; set; }

    [Inject]
    private AccountAudit Audit { get; set; } = null!;

    private string? Problem { get; set; }

    private async Task SubmitAsync()
    {
        // Known by a cookie that only the right password leaves, for five minutes.
        if (await signIn.GetTwoFactorAuthenticationUserAsync() is not { UserName: { } name } user)
        {
            navigation.NavigateTo(AccountRoutes.SignIn);
            return;
        }

        var code = Input.Code.Replace(" ", "", StringComparison.Ordinal);
        var byDigits = code.Length == Digits && code.All(char.IsAsciiDigit);
        // A recovery code is not looked at by the lock; a locked or disabled account gets in by nothing.
        var result = byDigits
            ? await signIn.TwoFactorAuthenticatorSignInAsync(code, isPersistent: false, rememberClient: false)
            : await users.IsLockedOutAsync(user) ? SignInResult.LockedOut : await signIn.TwoFactorRecoveryCodeSignInAsync(code);
        await Audit.WriteAsync(name, byDigits ? "second factor" : "recovery code", result.Succeeded ? "succeeded" : "failed", result.IsLockedOut ? "locked" : "");
        if (result.Succeeded)
            navigation.NavigateTo(AccountRoutes.Local(ReturnUrl));
        else
            Problem = "The code is wrong or too old. After five wrong ones the account is locked for five minutes.";
    }

    private sealed class Answer
    {
        [Required(ErrorMessage = "Enter the code.")]
        [StringLength(32)]
        public string Code { get; set; } = "";
    }
}
