using FleetConsole.Contracts;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Security;

/// <summary>Sign-in by ASP.NET Core Identity, and policies that deny whatever names no permission.</summary>
internal static class SecuritySetup
{
    /// <summary>The policy of what a person's session may do, and no token, whatever its scopes.</summary>
    public const string Person = "person";

    // The browser has the cookie; a script has a token.
    private const string EitherScheme = "cookie-or-token";

    public static IServiceCollection AddSecurity(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<AccessOptions>(configuration, AccessOptions.Section);
        services.AddSingleton<Access>();
        services.AddAccounts();
        services.AddSchemes(configuration);
        services.AddAntiforgery(options => options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest);

        // Whoever was removed is out at the next request, not half an hour later; it costs one read of the database.
        services.Configure<SecurityStampValidatorOptions>(options => options.ValidationInterval = TimeSpan.Zero);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.Configure<AuthorizationOptions>(options =>
        {
            options.AddPolicy(Person, policy => policy.RequireAuthenticatedUser().RequireAssertion(context => !context.User.HasClaim(claim => claim.Type == ApiTokens.NameClaim)));
            foreach (var permission in Permissions.All)
                options.AddPolicy(permission, policy => policy.RequireAuthenticatedUser().RequireClaim(Permissions.ClaimType, permission));
        });
        return services;
    }

    private static void AddAccounts(this IServiceCollection services)
    {
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<ConsoleDb>>().CreateDbContext());
        services.AddIdentityCore<IdentityUser>(options =>
            {
                options.Password.RequiredLength = 12;
                options.Password.RequireDigit = false;
                options.Password.RequireLowercase = false;
                options.Password.RequireUppercase = false;
                options.Password.RequireNonAlphanumeric = false;
            })
            .AddRoles<IdentityRole>()
            .AddEntityFrameworkStores<ConsoleDb>()
            .AddSignInManager()
            .AddClaimsPrincipalFactory<ConsoleClaims>()
            .AddDefaultTokenProviders();
        services.AddSingleton<ApiTokens>();
        services.AddSingleton<Accounts>();
        services.AddScoped<AccountAudit>();
        services.AddHttpContextAccessor();
    }

    private static void AddSchemes(this IServiceCollection services, IConfiguration configuration)
    {
        var authentication = services.AddAuthentication(EitherScheme);
        authentication.AddPolicyScheme(EitherScheme, null, options => options.ForwardDefaultSelector = context =>
            context.Request.Headers.Authorization.Count > 0 ? TokenAuthentication.SchemeName : IdentityConstants.ApplicationScheme);
        authentication.AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.SchemeName, null);
        authentication.AddIdentityCookies();
        authentication.AddProviderSignIn(configuration);
        services.ConfigureApplicationCookie(options =>
        {
            options.LoginPath = AccountRoutes.SignIn;
            options.ReturnUrlParameter = AccountRoutes.ReturnUrl;
            options.Cookie.Name = "fleetconsole";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.ExpireTimeSpan = TimeSpan.FromHours(12);
            options.Events.OnRedirectToLogin = context => Redirect(context, StatusCodes.Status401Unauthorized);
            options.Events.OnValidatePrincipal = async context =>
            {
                await SecurityStampValidator.ValidatePrincipalAsync(context);
                await EndDisabledAsync(context);
                await ProviderSignIn.EndOverdueAsync(context);
            };
            options.Events.OnRedirectToAccessDenied = context => Redirect(context, StatusCodes.Status403Forbidden);
        });
    }

    // A disabled account has a new stamp; a session that began after that, by a second half of signing in that was under way, ends here.
    private static async Task EndDisabledAsync(CookieValidatePrincipalContext context)
    {
        var users = context.HttpContext.RequestServices.GetRequiredService<UserManager<IdentityUser>>();
        if (context.Principal is { } principal && await users.GetUserAsync(principal) is { } user && Disabling.IsDisabled(user))
            context.RejectPrincipal();
    }

    // A person is led to the sign-in page; a program gets the status it can act on.
    private static Task Redirect(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        var person = HttpMethods.IsGet(context.Request.Method)
            && context.Request.GetTypedHeaders().Accept.Any(type => type.MediaType == "text/html");
        if (person && status == StatusCodes.Status401Unauthorized)
            context.Response.Redirect(context.RedirectUri);
        else
            context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
