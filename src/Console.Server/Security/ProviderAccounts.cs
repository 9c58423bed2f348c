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
        var changed = user is null ? "" : await SetRolesAsync(user, granted);
        if (granted.Count == 0)
            return new(user?.UserName ?? name ?? "", user, ProviderProblem.NoRole, changed);
        if (user is not null)
            return new(user.UserName ?? "", user, null, changed);
        if (string.IsNullOrEmpty(name))
            return new("", null, ProviderProblem.NoName);
        if (await users.FindByNameAsync(name) is not null)
            return new(name, null, ProviderProblem.NameTaken);
        user = new IdentityUser(name);
        if (!(await users.CreateAsync(user)).Succeeded)
            return new(name, null, ProviderProblem.NoName);
        Demand(await users.AddLoginAsync(user, new(issuer, login.ProviderKey, options.Value.Name)));
        return new(name, user, null, await SetRolesAsync(user, granted));
    }

    // Each with the group that gives it.
    private Dictionary<string, string> RolesOf(ClaimsPrincipal principal)
    {
        var groups = principal.FindAll(options.Value.GroupsClaim).Select(claim => claim.Value).ToHashSet(StringComparer.Ordinal);
        return options.Value.Roles.Select(role => (Role: role.Key, Group: role.Value.Find(groups.Contains))).Where(found => found.Group is not null)
            .ToDictionary(found => found.Role, found => found.Group ?? "", StringComparer.OrdinalIgnoreCase);
    }

    // What changed, in words for the audit trail; empty when nothing did.
    private async Task<string> SetRolesAsync(IdentityUser user, Dictionary<string, string> granted)
    {
        var held = await users.GetRolesAsync(user);
        var (taken, given) = (held.Where(role => !granted.ContainsKey(role)).ToList(), granted.Keys.Except(held, StringComparer.OrdinalIgnoreCase).ToList());
        foreach (var role in given)
        {
            if (!await roles.RoleExistsAsync(role))
                Demand(await roles.CreateAsync(new IdentityRole(role)));
        }

        Demand(await users.RemoveFromRolesAsync(user, taken));
        Demand(await users.AddToRolesAsync(user, given));
        return string.Join(", ", given.Select(role => $"{role} given by the {options.Value.GroupsClaim} claim \"{granted[role]}\"")
            .Concat(taken.Select(role => $"{role} taken: no {options.Value.GroupsClaim} claim gives it any more")));
    }

    private static void Demand(IdentityResult result)
    {
        if (!result.Succeeded)
            throw new InvalidOperationException(string.Join(' ', result.Errors.Select(error => error.Description)));
    }
}

/// <summary>Whom the provider vouched for; <paramref name="Problem"/> when that is not enough.</summary>
/// <param name="RolesChanged">What their groups changed of their roles, in words; empty when nothing.</param>
internal sealed record ProviderAccount(string Name, IdentityUser? User, ProviderProblem? Problem, string RolesChanged = "");

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
