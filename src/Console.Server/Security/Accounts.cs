using System.Security.Claims;
using Microsoft.AspNetCore.Identity;

namespace FleetConsole.Server.Security;

/// <summary>What an account may do now, for work that goes on after its request has ended.</summary>
internal sealed class Accounts(IServiceScopeFactory scopes)
{
    /// <summary>The account with its present permissions; null when it is gone or disabled.</summary>
    public async Task<ClaimsPrincipal?> FindAsync(string name)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<UserManager<IdentityUser>>().FindByNameAsync(name) is { } user && !Disabling.IsDisabled(user)
            ? await scope.ServiceProvider.GetRequiredService<IUserClaimsPrincipalFactory<IdentityUser>>().CreateAsync(user)
            : null;
    }
}
