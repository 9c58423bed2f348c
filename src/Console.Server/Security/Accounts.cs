using System.Security.Claims;
using Microsoft.AspNetCore.Identity;

namespace FleetConsole.Server.Security;

/// <summary>What an account may do now, for work that goes on after its request has ended.</summary>
internal sealed class Accounts(IServiceScopeFactory scopes, ApiTokens tokens)
{
    /// <summary>The account with its present permissions, or with what the token leaves of them.</summary>
    /// <param name="tokenId">The token by which it was asked; null when a person asked.</param>
    /// <returns>Null, and why, when account or token has ended.</returns>
    public async Task<(ClaimsPrincipal? Principal, string Problem)> FindAsync(string name, long? tokenId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (await scope.ServiceProvider.GetRequiredService<UserManager<IdentityUser>>().FindByNameAsync(name) is not { } user || Disabling.IsDisabled(user))
            return (null, $"The account {name}, which asked for it, is gone or disabled.");
        var principal = await scope.ServiceProvider.GetRequiredService<IUserClaimsPrincipalFactory<IdentityUser>>().CreateAsync(user);
        if (tokenId is not { } id)
            return (principal, "");
        return await tokens.FindAsync(id, cancellationToken) is { } token && token.UserId == user.Id
            ? (ApiTokens.Narrow(principal, token, TokenAuthentication.SchemeName), "")
            : (null, $"The token of {name}, by which it was asked for, has expired or was revoked.");
    }
}
