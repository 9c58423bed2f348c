using System.Security.Claims;
using FleetConsole.Contracts;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Security;

/// <summary>Adds the permissions of a user's roles, so that pages and services ask for a permission and never for a role.</summary>
internal sealed class ConsoleClaims(UserManager<IdentityUser> users, RoleManager<IdentityRole> roles, IOptions<IdentityOptions> options)
    : UserClaimsPrincipalFactory<IdentityUser, IdentityRole>(users, roles, options)
{
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(IdentityUser user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        var permissions = identity.FindAll(identity.RoleClaimType).SelectMany(role => Roles.PermissionsOf(role.Value)).Distinct().ToList();
        identity.AddClaims(permissions.Select(permission => new Claim(Permissions.ClaimType, permission)));
        return identity;
    }
}
