using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace FleetConsole.Server.Tests.Harness;

/// <summary>
/// A real OpenID Connect provider (OpenIddict, with its checks of client, redirect address and PKCE) at which one person at
/// a time is signed in already: the one that <see cref="Person"/> says.
/// </summary>
internal sealed class Provider : IAsyncDisposable
{
    public const string Secret = "a secret of the test's own";
    private readonly SqliteConnection _memory = new("Data Source=:memory:");
    private WebApplication? _app;

    /// <summary>Who answers, known by a subject, a name, and groups.</summary>
    public (string Subject, string Name, string[] Groups) Person { get; set; } = ("s-1", "ada", []);

    /// <summary>The queries that the authorization endpoint was asked with.</summary>
    public List<IQueryCollection> Asked { get; } = [];

    public string Url => _app?.Urls.Single() + "/";

    public async Task StartAsync()
    {
        await _memory.OpenAsync();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddDbContext<DbContext>(options => options.UseSqlite(_memory).UseOpenIddict());
        builder.Services.AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<DbContext>())
            .AddServer(server =>
            {
                server.SetAuthorizationEndpointUris("connect/authorize").SetTokenEndpointUris("connect/token").SetUserInfoEndpointUris("connect/userinfo");
                server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
                server.RegisterScopes(Scopes.Profile);
                server.AddEphemeralEncryptionKey().AddEphemeralSigningKey();
                server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().EnableUserInfoEndpointPassthrough().DisableTransportSecurityRequirement();
            });
        _app = builder.Build();
        _app.MapGet("connect/authorize", Authorize);
        _app.MapMethods("connect/userinfo", ["GET", "POST"], () => Results.Json(new Dictionary<string, object>
        {
            [Claims.Subject] = Person.Subject,
            [Claims.PreferredUsername] = Person.Name,
            ["groups"] = Person.Groups,
        }));
        await _app.StartAsync();
        await using var scope = _app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<DbContext>().Database.EnsureCreatedAsync();

        // Its first answers take long on a busy machine, longer than the console waits for a provider.
        using var http = new HttpClient();
        foreach (var path in new[] { ".well-known/openid-configuration", ".well-known/jwks" })
            await http.GetStringAsync(new Uri(new Uri(Url), path));
    }

    /// <summary>Makes the console known, with the one address that codes are sent back to.</summary>
    public async Task RegisterAsync(Uri console)
    {
        await using var scope = (_app ?? throw new InvalidOperationException("Not started.")).Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>().CreateAsync(new OpenIddictApplicationDescriptor
        {
            ClientId = "fleetconsole",
            ClientSecret = Secret,
            RedirectUris = { new Uri(console, "/signin-oidc") },
            Permissions =
            {
                Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.GrantTypes.AuthorizationCode,
                Permissions.ResponseTypes.Code, Permissions.Scopes.Profile,
            },
            Requirements = { Requirements.Features.ProofKeyForCodeExchange },
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        await _memory.DisposeAsync();
    }

    private IResult Authorize(HttpContext context)
    {
        Asked.Add(context.Request.Query);
        var request = context.GetOpenIddictServerRequest() ?? throw new InvalidOperationException("Not a request of OpenID Connect.");
        var identity = new ClaimsIdentity("test", Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, Person.Subject);
        var principal = new ClaimsPrincipal(identity);
        principal.SetScopes(request.GetScopes());
        return Results.SignIn(principal, new AuthenticationProperties(), OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
    }
}
