using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Security;

/// <summary>
/// Accounts of people whom the provider knows. Each has a row here, so that it can be disabled, have tokens and stand in the
/// audit trail, found by the provider's issuer and subject and never by its name: whoever may choose a name there must not become
/// somebody here, nor whom another provider gave the same subject.
/// </summary>
internal sealed class ProviderAccounts(UserManager<IdentityUser> users, RoleManager<IdentityRole> roles, IOptions<ProviderOptions> options)
{
    public const string IssuerClaim = "iss";

    /// <summary>The account of whom the provider vouches for, with the roles of its groups as they are now.</summary>
    public async Task<ProviderAccount> TakeAsync(ExternalLoginInfo login)
    {
        var name = login.Principal.FindFirstValue(options.Value.UserClaim);
        var issuer = login.Principal.FindFirstValue(IssuerClaim) ?? throw new InvalidOperationException("The ID token names no issuer.");
        var user = await users.FindByLoginAsync(issuer, login.ProviderKey);
        if (user is not null && Disabling.IsDisabled(user))
            return new(user.UserName ?? "", user, ProviderProblem.Disabled);
        var granted = RolesOf(login.Principal);
        if (user is not null)
            await SetRolesAsync(user, granted);
        if (granted.Count == 0)
            return new(name ?? "", user, ProviderProblem.NoRole);
        if (user is not null)
            return new(user.UserName ?? "", user, null);
        if (string.IsNullOrEmpty(name))
            return new("", null, ProviderProblem.NoName);
        if (await users.FindByNameAsync(name) is not null)
            return new(name, null, ProviderProblem.NameTaken);
        user = new IdentityUser(name);
        if (!(await users.CreateAsync(user)).Succeeded)
            return new(name, null, ProviderProblem.NoName);
        Demand(await users.AddLoginAsync(user, new(issuer, login.ProviderKey, options.Value.Name)));
        await SetRolesAsync(user, granted);
        return new(name, user, null);
    }

    private List<string> RolesOf(ClaimsPrincipal principal)
    {
        var groups = principal.FindAll(options.Value.GroupsClaim).Select(claim => claim.Value).ToHashSet(StringComparer.Ordinal);
        return [.. options.Value.Roles.Where(role => role.Value.Exists(groups.Contains)).Select(role => role.Key)];
    }

    private async Task SetRolesAsync(IdentityUser user, List<string> granted)
    {
        var held = await users.GetRolesAsync(user);
        foreach (var role in granted)
        {
            if (!await roles.RoleExistsAsync(role))
                Demand(await roles.CreateAsync(new IdentityRole(role)));
        }

        Demand(await users.RemoveFromRolesAsync(user, held.Except(granted, StringComparer.OrdinalIgnoreCase)));
        Demand(await users.AddToRolesAsync(user, granted.Except(held, StringComparer.OrdinalIgnoreCase)));
    }

    private static void Demand(IdentityResult result)
    {
        if (!result.Succeeded)
            throw new InvalidOperationException(string.Join(' ', result.Errors.Select(error => error.Description)));
    }
}

/// <summary>Whom the provider vouched for; <paramref name="Problem"/> when that is not enough.</summary>
internal sealed record ProviderAccount(string Name, IdentityUser? User, ProviderProblem? Problem);

/// <summary>Why somebody whom the provider sent was not let in.</summary>
internal enum ProviderProblem
{
    Unreachable,
    Refused,
    NoRole,
    NoName,
    NameTaken,
    Disabled,
}
