namespace FleetConsole.Contracts;

/// <summary>What a signed-in person may do. Each name is a claim value and the name of the policy that asks for it.</summary>
public static class Permissions
{
    /// <summary>The claim type under which a user's permissions travel.</summary>
    public const string ClaimType = "permission";

    public const string View = "view";
    public const string Profile = "profile";
    public const string Restart = "restart";

    /// <summary>To tell the console of a deploy, as deploy tools do.</summary>
    public const string Deploy = "deploy";
    public const string Administer = "administer";

    /// <summary>Every permission, for building the policies and for the tables of tests.</summary>
    public static IReadOnlyList<string> All { get; } = [View, Profile, Restart, Deploy, Administer];
}
