namespace FleetConsole.Contracts;

/// <summary>Named sets of <see cref="Permissions"/> that every console has, on every host. The configuration adds others.</summary>
public static class Roles
{
    public const string Viewer = "viewer";
    public const string Operator = "operator";
    public const string Admin = "admin";

    public static IReadOnlyList<string> All { get; } = [Viewer, Operator, Admin];

    /// <summary>The permissions of <paramref name="role"/>; none for a role that is not known.</summary>
    public static IReadOnlyList<string> PermissionsOf(string role) => role switch
    {
        Viewer => [Permissions.View],
        Operator => [Permissions.View, Permissions.Profile, Permissions.Dump, Permissions.Restart, Permissions.Approve, Permissions.Deploy],
        Admin => Permissions.All,
        _ => [],
    };
}
