using System.ComponentModel.DataAnnotations;
using FleetConsole.Contracts;

namespace FleetConsole.Server.Security;

/// <summary>Groups of hosts, and roles that hold on some of them.</summary>
internal sealed class AccessOptions : IValidatableObject
{
    public const string Section = "Access";

    /// <summary>Patterns of host names by group; <c>*</c> stands for any characters, <c>?</c> for one.</summary>
    public Dictionary<string, List<string>> Groups { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Roles beside viewer, operator and admin.</summary>
    public Dictionary<string, RoleOptions> Roles { get; init; } = new(StringComparer.Ordinal);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var group in Groups.Keys.Where(name => name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')))
            yield return new($"{Section}:Groups:{group}: a group's name is letters, digits, hyphens and underscores.");
        foreach (var role in Roles.Keys.Where(Contracts.Roles.All.Contains))
            yield return new($"{Section}:Roles:{role}: this role is built in. Choose another name.");
        foreach (var (name, role) in Roles)
        {
            foreach (var permission in role.Permissions.Except(Permissions.All))
                yield return new($"{Section}:Roles:{name}:Permissions: there is no permission \"{permission}\". There are {string.Join(", ", Permissions.All)}.");
            foreach (var group in role.Groups.Where(group => !Groups.ContainsKey(group)))
                yield return new($"{Section}:Roles:{name}:Groups: {Section}:Groups has no group \"{group}\".");
        }
    }
}

/// <summary>What a role may do, and on which hosts.</summary>
internal sealed class RoleOptions
{
    /// <summary>Empty: every host.</summary>
    public List<string> Groups { get; init; } = [];

    public List<string> Permissions { get; init; } = [];
}
