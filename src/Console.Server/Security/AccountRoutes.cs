using System.ComponentModel.DataAnnotations;
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

    private static async Task<RedirectHttpResult> SignOutAsync(SignInManager<IdentityUser> signIn)
    {
        await signIn.SignOutAsync();
        return TypedResults.LocalRedirect($"~{SignIn}");
    }

    // The sign-in manager writes the token into the answer when its scheme is the token's.
    private static async Task<Results<EmptyHttpResult, UnauthorizedHttpResult>> TokenAsync(Credentials credentials, SignInManager<IdentityUser> signIn)
    {
        signIn.AuthenticationScheme = IdentityConstants.BearerScheme;
        var result = await signIn.PasswordSignInAsync(credentials.User, credentials.Password, isPersistent: false, lockoutOnFailure: true);
        return result.Succeeded ? TypedResults.Empty : TypedResults.Unauthorized();
    }

    internal sealed record Credentials([property: Required] string User, [property: Required] string Password);
}
