namespace FleetConsole.Contracts;

/// <summary>What a signed-in person may do. Each name is a claim value and the name of the policy that asks for it.</summary>
public static class Permissions
{
    /// <summary>The claim type under which a user's permissions travel.</summary>
    public const string ClaimType = "permission";

    /// <summary>The claim type of what is granted where: "restart@*" on every host, "restart@eu" on the hosts of a group.</summary>
    public const string GrantType = "grant";

    public const string View = "view";
    public const string Profile = "profile";

    /// <summary>To take a dump that leaves the process alive. One that kills it needs <see cref="Restart"/> as well.</summary>
    public const string Dump = "dump";
    public const string Restart = "restart";

    /// <summary>To restart a host that is itself locked up while too few of the others are healthy.</summary>
    public const string RestartOverride = "restart.override";

    /// <summary>To decide about what another person asked for.</summary>
    public const string Approve = "approve";

    /// <summary>To act without the second person, in a freeze window, or before a host has cooled down.</summary>
    public const string BreakGlass = "break-glass";

    /// <summary>To tell the console of a deploy, as deploy tools do.</summary>
    public const string Deploy = "deploy";
    public const string Administer = "administer";

    /// <summary>Every permission, for building the policies and for the tables of tests.</summary>
    public static IReadOnlyList<string> All { get; } =
        [View, Profile, Dump, Restart, RestartOverride, Approve, BreakGlass, Deploy, Administer];
}
