using FleetConsole.Server.Hosting;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using SignInResult = Microsoft.AspNetCore.Identity.SignInResult;

namespace FleetConsole.Server.Security;

/// <summary>Signing out, and a token for scripts. Signing in is the page <c>Components/SignIn.razor</c>.</summary>
internal static class AccountRoutes
{
    public const string SignIn = "/account/sign-in";
    public const string SignOut = "/account/sign-out";
    public const string SecondFactor = "/account/second-factor";
    public const string Security = "/account/security";
    public const string Token = "/account/token";
    public const string ReturnUrl = "returnUrl";
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);

    /// <summary>A path of this site, or the fleet: an absolute address here would send people elsewhere with our name on the link.</summary>
    public static string Local(string? returnUrl) => returnUrl is ['/', ..] and not ['/', '/' or '\\', ..] ? returnUrl : "/";

    public static void MapAccount(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(SignOut, SignOutAsync).WithMetadata(new RequireAntiforgeryTokenAttribute());
        routes.MapPost(Token, TokenAsync).AllowAnonymous().DisableAntiforgery().WithMetadata(new ServedOn(Listener.Browser, Listener.Grpc));
        routes.MapProviderSignIn();
    }

    private static async Task<Results<RedirectHttpResult, BadRequest<string>>> SignOutAsync(HttpContext context, SignInManager<IdentityUser> signIn)
    {
        // The middleware only judges the token; without a form parameter nothing else refuses a bad one.
        if (context.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: true })
            return TypedResults.BadRequest("The page's anti-forgery token is missing or old. Reload the page and sign out again.");
        await signIn.SignOutAsync();
        return TypedResults.LocalRedirect($"~{SignIn}");
    }

    // A token of an hour, with all of the account's permissions; longer ones are made with "tokens add".
    private static async Task<Results<Ok<TokenGiven>, UnauthorizedHttpResult, BadRequest<string>>> TokenAsync(
        Credentials credentials, SignInManager<IdentityUser> signIn, UserManager<IdentityUser> users, ApiTokens tokens, AccountAudit audit)
    {
        if (string.IsNullOrEmpty(credentials.User) || string.IsNullOrEmpty(credentials.Password))
            return TypedResults.BadRequest("Send {\"user\": ..., \"password\": ...}, and \"code\" where the account has a second factor.");
        var user = await users.FindByNameAsync(credentials.User);
        var result = user is null ? SignInResult.Failed : await signIn.CheckPasswordSignInAsync(user, credentials.Password, lockoutOnFailure: true);
        if (user is null || !result.Succeeded || !await HasFactorAsync(users, user, credentials.Code))
        {
            await audit.WriteAsync(credentials.User, "token", AccountAudit.Failed, result.IsLockedOut ? "locked" : "");
            return TypedResults.Unauthorized();
        }

        var token = "";
        await audit.DoAsync(user.UserName ?? "", AccountAudit.SignIn, "token", db =>
        {
            token = tokens.Add(db, user.Id, "one hour", [], TokenLifetime);
            return Task.FromResult(IdentityResult.Success);
        });
        return TypedResults.Ok(new TokenGiven("Bearer", token, (int)TokenLifetime.TotalSeconds));
    }

    private static async Task<bool> HasFactorAsync(UserManager<IdentityUser> users, IdentityUser user, string? code)
    {
        if (!await users.GetTwoFactorEnabledAsync(user))
            return true;
        if (await users.VerifyTwoFactorTokenAsync(user, users.Options.Tokens.AuthenticatorTokenProvider, code ?? ""))
            return true;
        await users.AccessFailedAsync(user);
        return false;
    }

    internal sealed record Credentials(string? User, string? Password, string? Code);

    internal sealed record TokenGiven(string TokenType, string AccessToken, int ExpiresIn);
}
