using FleetConsole.Server.Hosting;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;

namespace FleetConsole.Server.Security;

/// <summary>Signing out, and a token for scripts. Signing in is the page <c>Components/SignIn.razor</c>.</summary>
internal static class AccountRoutes
{
    public const string SignIn = "/account/sign-in";
    public const string SignOut = "/account/sign-out";
    public const string Token = "/account/token";
    public const string ReturnUrl = "returnUrl";

    public static void MapAccount(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(SignOut, SignOutAsync).WithMetadata(new RequireAntiforgeryTokenAttribute());
        routes.MapPost(Token, TokenAsync).AllowAnonymous().DisableAntiforgery().WithMetadata(new ServedOn(Listener.Browser, Listener.Grpc));
    }

    private static async Task<Results<RedirectHttpResult, BadRequest<string>>> SignOutAsync(HttpContext context, SignInManager<IdentityUser> signIn)
    {
        // The middleware only judges the token; without a form parameter nothing else refuses a bad one.
        if (context.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: true })
            return TypedResults.BadRequest("The page's anti-forgery token is missing or old. Reload the page and sign out again.");
        await signIn.SignOutAsync();
        return TypedResults.LocalRedirect($"~{SignIn}");
    }

    // The sign-in manager writes the token into the answer when its scheme is the token's.
    private static async Task<Results<EmptyHttpResult, UnauthorizedHttpResult, BadRequest<string>>> TokenAsync(Credentials credentials, SignInManager<IdentityUser> signIn)
    {
        if (string.IsNullOrEmpty(credentials.User) || string.IsNullOrEmpty(credentials.Password))
            return TypedResults.BadRequest("Send {\"user\": ..., \"password\": ...}.");
        signIn.AuthenticationScheme = IdentityConstants.BearerScheme;
        var result = await signIn.PasswordSignInAsync(credentials.User, credentials.Password, isPersistent: false, lockoutOnFailure: true);
        return result.Succeeded ? TypedResults.Empty : TypedResults.Unauthorized();
    }

    internal sealed record Credentials(string? User, string? Password);
}
