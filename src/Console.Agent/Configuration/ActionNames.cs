namespace FleetConsole.Agent.Configuration;

/// <summary>The actions as the configuration, messages and metrics write them.</summary>
internal static class ActionNames
{
    private static readonly (UnitActions Action, string Name, Contracts.Agent.V1.Action Contract)[] Known =
    [
        (UnitActions.Status, "status", Contracts.Agent.V1.Action.Status),
        (UnitActions.Restart, "restart", Contracts.Agent.V1.Action.Restart),
        (UnitActions.Reload, "reload", Contracts.Agent.V1.Action.Reload),
        (UnitActions.Profile, "profile", Contracts.Agent.V1.Action.Profile),
        (UnitActions.Dump, "dump", Contracts.Agent.V1.Action.Dump),
        (UnitActions.Abort, "abort", Contracts.Agent.V1.Action.Abort),
        (UnitActions.Journal, "journal", Contracts.Agent.V1.Action.Journal),
    ];

    public static string All { get; } = string.Join(", ", Known.Select(k => k.Name));

    /// <summary>Every single action.</summary>
    public static IEnumerable<UnitActions> Single => Known.Select(k => k.Action);

    /// <summary>None when the name is no action's.</summary>
    public static UnitActions Parse(string? name) => Known.FirstOrDefault(k => k.Name == name).Action;

    /// <summary>Of several: each, with "or" between them.</summary>
    public static string Of(UnitActions actions) => string.Join(" or ", Known.Where(k => actions.HasFlag(k.Action)).Select(k => k.Name));

    public static Contracts.Agent.V1.Action ToContract(UnitActions action) => Known.First(k => k.Action == action).Contract;
}
