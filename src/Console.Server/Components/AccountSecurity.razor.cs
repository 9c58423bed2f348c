using System.ComponentModel.DataAnnotations;
using FleetConsole.Server.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using QRCoder;

namespace FleetConsole.Server.Components;

/// <summary>
/// Turns the second factor (TOTP, RFC 6238) of the signed-in account on and off; both take the password and a code. For people alone: a token, whatever
/// its scopes, may not change how its account signs in.
/// </summary>
public partial class AccountSecurity(UserManager<IdentityUser> users, SignInManager<IdentityUser> signIn)
{
    private const int NewCodes = 10;
    private const int Pixels = 4;

    [CascadingParameter]
    private HttpContext? HttpContext { get; set; }

    [SupplyParameterFromForm(FormName = "account-security", Name = nameof(Input))]
    private Answer? Form { get; set; }

    private Answer Input => Form ??= new();

    private IdentityUser? User { get; set; }

    private string UserName => User?.UserName ?? "";

    private bool Enabled => User is { TwoFactorEnabled: true };

    private bool ByProvider { get; set; }

    private bool Administers => HttpContext?.User.HasClaim(Contracts.Permissions.ClaimType, Contracts.Permissions.Administer) == true;

    private string Key { get; set; } = "";

    private MarkupString QrCode { get; set; }

    private IReadOnlyList<string> RecoveryCodes { get; set; } = [];

    private string? Problem { get; set; }

    [Inject]
    private AccountAudit Audit { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        User = HttpContext is null ? null : await users.GetUserAsync(HttpContext.User);
        ByProvider = User is not null && !await users.HasPasswordAsync(User);
        if (User is null || Enabled || ByProvider)
            return;
        Key = await users.GetAuthenticatorKeyAsync(User) ?? "";
        if (Key.Length == 0)
        {
            await users.ResetAuthenticatorKeyAsync(User);
            Key = await users.GetAuthenticatorKeyAsync(User) ?? "";
            await signIn.RefreshSignInAsync(User);
        }

        var uri = $"otpauth://totp/FleetConsole:{Uri.EscapeDataString(UserName)}?secret={Key}&issuer=FleetConsole&digits=6";
        using var data = QRCodeGenerator.GenerateQrCode(uri, QRCodeGenerator.ECCLevel.M);
        using var code = new SvgQRCode(data);
        QrCode = new(code.GetGraphic(Pixels));
    }

    private async Task SubmitAsync()
    {
        if (User is null || ByProvider)
            return;
        Problem = await ProblemAsync(User);
        var action = Enabled ? "second-factor-off" : "second-factor-on";
        if (Problem is not null)
        {
            await Audit.RefuseAsync(UserName, action, UserName, Problem);
            return;
        }

        var result = await Audit.DoAsync(UserName, action, UserName, _ => SwitchAsync(User));
        if (!result.Succeeded)
            throw new InvalidOperationException(string.Join(' ', result.Errors.Select(error => error.Description)));
        if (!Enabled)
            await OnInitializedAsync();

        // A changed factor or key changes the security stamp: this session goes on, every other one ends.
        await signIn.RefreshSignInAsync(User);
    }

    private async Task<IdentityResult> SwitchAsync(IdentityUser user)
    {
        if (Enabled)
        {
            var off = await users.SetTwoFactorEnabledAsync(user, false);
            return off.Succeeded ? await users.ResetAuthenticatorKeyAsync(user) : off;
        }

        RecoveryCodes = [.. await users.GenerateNewTwoFactorRecoveryCodesAsync(user, NewCodes) ?? []];
        return await users.SetTwoFactorEnabledAsync(user, true);
    }

    // Whoever found an open session has neither; guesses count as those at the sign-in page do.
    private async Task<string?> ProblemAsync(IdentityUser user)
    {
        var password = await signIn.CheckPasswordSignInAsync(user, Input.Password, lockoutOnFailure: true);
        if (password.IsLockedOut)
            return "The account is locked for five minutes after too many wrong passwords or codes.";
        if (!password.Succeeded)
            return "The password is wrong.";
        var code = Input.Code.Replace(" ", "", StringComparison.Ordinal);
        if (await users.VerifyTwoFactorTokenAsync(user, users.Options.Tokens.AuthenticatorTokenProvider, code))
            return null;
        await users.AccessFailedAsync(user);
        return "The code is wrong or too old. Look at the clock of your device.";
    }

    private sealed class Answer
    {
        [Required(ErrorMessage = "Enter your password.")]
        [StringLength(200)]
        public string Password { get; set; } = "";

        [Required(ErrorMessage = "Enter the code.")]
        [StringLength(32)]
        public string Code { get; set; } = "";
    }
}
