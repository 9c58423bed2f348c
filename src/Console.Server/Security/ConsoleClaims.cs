using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Security;

/// <summary>Adds the permissions of a user's roles, so that pages and services ask for a permission and never for a role.</summary>
internal sealed class ConsoleClaims(
    UserManager<IdentityUser> users, RoleManager<IdentityRole> roles, Access access, IOptions<IdentityOptions> options)
    : UserClaimsPrincipalFactory<IdentityUser, IdentityRole>(users, roles, options)
{
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(IdentityUser user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        var claims = identity.FindAll(identity.RoleClaimType).SelectMany(role => access.ClaimsOf(role.Value)).DistinctBy(claim => (claim.Type, claim.Value)).ToList();
        identity.AddClaims(claims);
        return identity;
    }
}
