using FleetConsole.Server.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace FleetConsole.Server.Security;

/// <summary>Signing in by OpenID Connect: authorization code with PKCE (RFC 6749, RFC 7636), groups to roles.</summary>
internal static partial class ProviderSignIn
{
    public const string Start = "/account/provider";
    public const string Problem = "problem";
    private const string End = "/account/provider/end";
    private const string Until = "fleetconsole.until";
    private static readonly TimeSpan BackchannelTimeout = TimeSpan.FromSeconds(10);

    public static void AddProviderSignIn(this AuthenticationBuilder authentication, IConfiguration configuration)
    {
        var services = authentication.Services;
        services.AddChecked<ProviderOptions>(configuration, ProviderOptions.Section);
        services.AddSingleton<IValidateOptions<ProviderOptions>, ProviderOptions.KnownRoles>();
        services.AddScoped<ProviderAccounts>();
        if (configuration[$"{ProviderOptions.Section}:{nameof(ProviderOptions.Authority)}"] is null or "")
            return;
        authentication.AddOpenIdConnect();
        services.AddOptions<OpenIdConnectOptions>(OpenIdConnectDefaults.AuthenticationScheme).Configure<IOptions<ProviderOptions>>(Configure);
    }

    public static void MapProviderSignIn(this IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetRequiredService<IOptions<ProviderOptions>>().Value.Authority is null)
            return;
        routes.MapGet(Start, StartAsync).AllowAnonymous();
        routes.MapGet(End, EndAsync).AllowAnonymous();
    }

    /// <summary>
    /// Ends a session that the provider vouched for when its time is up. The cookie's own end would move: it is written anew
    /// whenever the account is read again, which is at every request.
    /// </summary>
    public static async Task EndOverdueAsync(CookieValidatePrincipalContext context)
    {
        var now = context.HttpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        if (!context.Properties.Items.TryGetValue(Until, out var until) || now.ToUnixTimeSeconds() < long.Parse(until ?? "0", System.Globalization.CultureInfo.InvariantCulture))
            return;
        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
    }

    private static void Configure(OpenIdConnectOptions options, IOptions<ProviderOptions> settings)
    {
        var provider = settings.Value;
        options.SignInScheme = IdentityConstants.ExternalScheme;
        options.Authority = provider.Authority?.ToString();
        options.RequireHttpsMetadata = provider.Authority is not { IsLoopback: true };
        options.ClientId = provider.ClientId;
        options.ClientSecret = provider.ClientSecretFile is { } file ? File.ReadAllText(file).Trim() : null;
        options.ResponseType = OpenIdConnectResponseType.Code;

        // By redirect, not by a form from another site: the cookies can then be Lax, as the rest of the console's are.
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        foreach (var cookie in new[] { options.CorrelationCookie, options.NonceCookie })
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        }

        options.UsePkce = true;
        options.SaveTokens = false;
        options.MapInboundClaims = false;
        options.BackchannelTimeout = BackchannelTimeout;

        // GitLab, for one, tells groups there alone.
        options.GetClaimsFromUserInfoEndpoint = true;

        // Left in: a subject is unique within its issuer only.
        options.ClaimActions.Remove(ProviderAccounts.IssuerClaim);
        options.ClaimActions.MapJsonKey(provider.GroupsClaim, provider.GroupsClaim);
        options.ClaimActions.MapJsonKey(provider.UserClaim, provider.UserClaim);
        provider.Scopes.ForEach(options.Scope.Add);
        options.Events.OnRemoteFailure = context =>
        {
            LogRefused(context.HttpContext.RequestServices.GetRequiredService<ILogger<OpenIdConnectHandler>>(), provider.Name, context.Failure);
            context.Response.Redirect(SignInPage(ProviderProblem.Refused));
            context.HandleResponse();
            return Task.CompletedTask;
        };
    }

    private static async Task<Results<ChallengeHttpResult, RedirectHttpResult>> StartAsync(
        string? returnUrl, IOptionsMonitor<OpenIdConnectOptions> options, ILogger<OpenIdConnectHandler> logger, CancellationToken cancellationToken)
    {
        try
        {
            // Asked here because the handler would answer with an exception; the answer is kept for hours.
            if (options.Get(OpenIdConnectDefaults.AuthenticationScheme).ConfigurationManager is { } provider)
                await provider.GetConfigurationAsync(cancellationToken);
        }
        catch (InvalidOperationException e)
        {
            LogUnreachable(logger, options.Get(OpenIdConnectDefaults.AuthenticationScheme).Authority, e);
            return TypedResults.LocalRedirect(SignInPage(ProviderProblem.Unreachable));
        }

        var back = $"{End}?{AccountRoutes.ReturnUrl}={Uri.EscapeDataString(AccountRoutes.Local(returnUrl))}";

        // What SignInManager looks for in the answer, so that it can tell whose login this is.
        var properties = new AuthenticationProperties { RedirectUri = back, Items = { ["LoginProvider"] = OpenIdConnectDefaults.AuthenticationScheme } };
        return TypedResults.Challenge(properties, [OpenIdConnectDefaults.AuthenticationScheme]);
    }

    private static async Task<RedirectHttpResult> EndAsync(string? returnUrl, HttpContext context, SignInManager<IdentityUser> signIn,
        ProviderAccounts accounts, AccountAudit audit, IOptions<ProviderOptions> options, TimeProvider time)
    {
        if (await signIn.GetExternalLoginInfoAsync() is not { } login)
            return TypedResults.LocalRedirect(SignInPage(ProviderProblem.Refused));
        await context.SignOutAsync(IdentityConstants.ExternalScheme);
        var account = await audit.TakeAsync(() => accounts.TakeAsync(login));
        if (account.Problem is { } problem || account.User is null)
            return TypedResults.LocalRedirect(SignInPage(account.Problem ?? ProviderProblem.Refused));
        var until = time.GetUtcNow().AddMinutes(options.Value.SessionMinutes).ToUnixTimeSeconds();
        var properties = new AuthenticationProperties { Items = { [Until] = until.ToString(System.Globalization.CultureInfo.InvariantCulture) } };
        await signIn.SignInAsync(account.User, properties, OpenIdConnectDefaults.AuthenticationScheme);
        return TypedResults.LocalRedirect(AccountRoutes.Local(returnUrl));
    }

    /// <summary>What the sign-in page says to somebody who came back with a problem.</summary>
    public static string? Words(string? problem, string provider) => Enum.TryParse<ProviderProblem>(problem, out var known) ? known switch
    {
        ProviderProblem.Unreachable => $"{provider} cannot be reached, so nobody can sign in by it. Use an account of the console's own, or try again.",
        ProviderProblem.Refused => $"{provider} did not sign you in. Try again; the console's log says why.",
        ProviderProblem.NoRole => $"{provider} knows you, but none of your groups has a role here. Ask an administrator for one.",
        ProviderProblem.NoName => $"{provider} told no user name that can be used here. An administrator has to set OpenIdConnect:UserClaim.",
        ProviderProblem.NameTaken => "The console has an account of its own with your name. An administrator has to remove or rename it.",
        ProviderProblem.Disabled => "This account is disabled.",
        _ => null,
    } : null;

    private static string SignInPage(ProviderProblem problem) => $"{AccountRoutes.SignIn}?{Problem}={problem}";

    [LoggerMessage(150, LogLevel.Warning, "{Provider} did not sign somebody in")]
    private static partial void LogRefused(ILogger logger, string provider, Exception? cause);

    [LoggerMessage(151, LogLevel.Warning, "The OpenID Connect provider {Authority} cannot be reached")]
    private static partial void LogUnreachable(ILogger logger, string? authority, Exception cause);
}
