using FleetConsole.Contracts;
using Microsoft.AspNetCore.Components.Authorization;

namespace FleetConsole.Server.Security;

/// <summary>What a page in the browser knows of its user: name, roles, permissions. The rest, such as the security stamp, stays here.</summary>
internal static class PageClaims
{
    public static ValueTask<AuthenticationStateData?> SelectAsync(AuthenticationState state)
    {
        if (state.User.Identity is not System.Security.Claims.ClaimsIdentity { IsAuthenticated: true } identity)
            return ValueTask.FromResult<AuthenticationStateData?>(null);
        var shown = identity.Claims.Where(claim =>
            claim.Type == identity.NameClaimType || claim.Type == identity.RoleClaimType || claim.Type == Permissions.ClaimType);
        return ValueTask.FromResult<AuthenticationStateData?>(new AuthenticationStateData
        {
            Claims = [.. shown.Select(claim => new ClaimData(claim))],
            NameClaimType = identity.NameClaimType,
            RoleClaimType = identity.RoleClaimType,
        });
    }
}
