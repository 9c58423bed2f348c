using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using MudBlazor.Services;

namespace FleetConsole.Client;

/// <summary>What a page needs on either side, whether it is prerendered or runs in the browser.</summary>
public static class ClientServices
{
    public static IServiceCollection AddConsolePages(this IServiceCollection services)
    {
        services.AddMudServices();
        services.AddScoped<ChangeFeed>();
        services.AddAuthorizationCore(options =>
        {
            foreach (var permission in Permissions.All)
                options.AddPolicy(permission, policy => policy.RequireClaim(Permissions.ClaimType, permission));
        });
        return services;
    }
}
