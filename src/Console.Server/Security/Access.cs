using System.IO.Enumeration;
using System.Security.Claims;
using FleetConsole.Contracts;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Security;

/// <summary>Who may do what to which host. A policy asks whether somebody has a permission anywhere; this asks where.</summary>
internal sealed class Access(IOptions<AccessOptions> options)
{
    private const string Everywhere = "*";

    public bool Knows(string role) => Roles.All.Contains(role) || options.Value.Roles.ContainsKey(role);

    public IEnumerable<string> KnownRoles => Roles.All.Concat(options.Value.Roles.Keys);

    /// <summary>The claims of a role: its permissions, and each with the group on whose hosts it holds.</summary>
    public IEnumerable<Claim> ClaimsOf(string role)
    {
        var own = options.Value.Roles.GetValueOrDefault(role);
        var permissions = own?.Permissions ?? Roles.PermissionsOf(role);
        IReadOnlyList<string> groups = own is { Groups.Count: > 0 } ? own.Groups : [Everywhere];
        return permissions.SelectMany(permission => groups.Select(group => new Claim(Permissions.GrantType, $"{permission}@{group}"))
            .Append(new Claim(Permissions.ClaimType, permission)));
    }

    public bool May(ClaimsPrincipal user, string permission, string host) =>
        user.FindAll(Permissions.GrantType).Any(grant =>
            grant.Value.Split('@', 2) is [var granted, var group] && granted == permission && Contains(group, host));

    private bool Contains(string group, string host) => group == Everywhere
        || (options.Value.Groups.TryGetValue(group, out var patterns) && patterns.Exists(pattern => Matches(pattern, host)));

    /// <summary>Whether a host's name fits a pattern with * and ?.</summary>
    public static bool Matches(string pattern, string host) => FileSystemName.MatchesSimpleExpression(pattern, host, ignoreCase: false);
}
