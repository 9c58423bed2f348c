using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Security;

/// <summary>Who may call what. A route or RPC that is not here fails the tests: somebody has to decide about it.</summary>
internal static class AccessTable
{
    public enum Needs
    {
        Nothing,
        SignedIn,
        View,
        Profile,
        Restart,
        Deploy,
        Approve,
        Dump,
        Administer,
    }

    public static string[] Roles { get; } = ["nobody", QuietConsole.Expired, "viewer", "operator", "admin"];

    public static IReadOnlyDictionary<string, Needs> Rpcs { get; } = new Dictionary<string, Needs>(StringComparer.Ordinal)
    {
        ["/fleetconsole.v1.Fleet/GetFleet"] = Needs.View,
        ["/fleetconsole.v1.Fleet/GetHost"] = Needs.View,
        ["/fleetconsole.v1.Latency/GetCurves"] = Needs.View,
        ["/fleetconsole.v1.Findings/ListFindings"] = Needs.View,
        ["/fleetconsole.v1.Findings/GetFinding"] = Needs.View,
        ["/fleetconsole.v1.Findings/ListSeries"] = Needs.View,
        ["/fleetconsole.v1.Findings/Replay"] = Needs.View,
        ["/fleetconsole.v1.Deploys/ListDeploys"] = Needs.View,
        ["/fleetconsole.v1.Deploys/GetDeploy"] = Needs.View,
        ["/fleetconsole.v1.Captures/ListCaptures"] = Needs.View,
        ["/fleetconsole.v1.Captures/GetCapture"] = Needs.View,
        ["/fleetconsole.v1.Captures/ListComparisons"] = Needs.View,
        ["/fleetconsole.v1.Captures/DeleteCaptures"] = Needs.Administer,
        ["/fleetconsole.v1.Profiles/GetDump"] = Needs.Profile,
        ["/fleetconsole.v1.CaptureRules/ListCaptureRules"] = Needs.View,
        ["/fleetconsole.v1.CaptureRules/TryCaptureRule"] = Needs.View,
        ["/fleetconsole.v1.Profiles/GetText"] = Needs.Profile,
        ["/fleetconsole.v1.Profiles/GetFlame"] = Needs.Profile,
        ["/fleetconsole.v1.Audit/ListAudit"] = Needs.View,
        ["/fleetconsole.v1.Control/ListCommands"] = Needs.View,
        ["/fleetconsole.v1.Control/GetCommand"] = Needs.View,
        ["/fleetconsole.v1.Control/Plan"] = Needs.View,
        ["/fleetconsole.v1.Control/Approve"] = Needs.Approve,
        ["/fleetconsole.v1.Control/Reject"] = Needs.View,
        ["/fleetconsole.v1.Control/Reload"] = Needs.Restart,
        ["/fleetconsole.v1.Control/Dump"] = Needs.Dump,
        ["/fleetconsole.v1.Rollouts/ListRollouts"] = Needs.View,
        ["/fleetconsole.v1.Rollouts/StartRollout"] = Needs.Restart,
        ["/fleetconsole.v1.Rollouts/ResumeRollout"] = Needs.Restart,
        ["/fleetconsole.v1.Rollouts/AbortRollout"] = Needs.Restart,
        ["/fleetconsole.v1.Control/Profile"] = Needs.Profile,
        ["/fleetconsole.v1.Control/Restart"] = Needs.Restart,
    };

    // Each is asked for by GET, and sends its forms by POST.
    private static readonly Dictionary<string, Needs> Pages = new(StringComparer.Ordinal)
    {
        ["/"] = Needs.View,
        ["/latency"] = Needs.View,
        ["/hosts/{Name}"] = Needs.View,
        ["/findings"] = Needs.View,
        ["/findings/{Id:long}"] = Needs.View,
        ["/findings/series"] = Needs.View,
        ["/captures"] = Needs.View,
        ["/captures/{Id:long}"] = Needs.View,
        ["/captures/rules"] = Needs.View,
        ["/audit"] = Needs.View,
        ["/commands"] = Needs.View,
        ["/deploys"] = Needs.View,
        ["/deploys/{Id:long}"] = Needs.View,
        ["/not-found"] = Needs.SignedIn,
        ["/account/sign-in"] = Needs.Nothing,
        ["/account/second-factor"] = Needs.Nothing,
        ["/account/security"] = Needs.SignedIn,
        ["/account/all"] = Needs.Administer,
    };

    private static readonly Dictionary<string, Needs> Others = new(StringComparer.Ordinal)
    {
        ["POST /captures/upload"] = Needs.Profile,
        ["GET /captures/{id:long}/file"] = Needs.Profile,
        ["GET /captures/{id:long}/pprof"] = Needs.Profile,
        ["GET /audit/export"] = Needs.View,
        ["POST /api/deploys"] = Needs.Deploy,
        ["GET /api/openapi.json"] = Needs.View,
        ["POST /api/v1/hosts/{host}/restart"] = Needs.Restart,
        ["POST /api/v1/hosts/{host}/reload"] = Needs.Restart,
        ["POST /api/v1/hosts/{host}/dump"] = Needs.Dump,
        ["POST /api/v1/hosts/{host}/profile"] = Needs.Profile,
        ["POST /api/v1/plan"] = Needs.View,
        ["GET /api/v1/commands"] = Needs.View,
        ["GET /api/v1/commands/{command_id}"] = Needs.View,
        ["POST /api/v1/commands/{command_id}/approve"] = Needs.Approve,
        ["POST /api/v1/commands/{command_id}/reject"] = Needs.View,
        ["GET /api/v1/rollouts"] = Needs.View,
        ["POST /api/v1/rollouts"] = Needs.Restart,
        ["POST /api/v1/rollouts/{rollout_id}/resume"] = Needs.Restart,
        ["POST /api/v1/rollouts/{rollout_id}/abort"] = Needs.Restart,
        ["POST /account/sign-out"] = Needs.SignedIn,
        ["POST /account/token"] = Needs.Nothing,
        ["GET /hubs/changes/negotiate"] = Needs.View,
        ["POST /hubs/changes/negotiate"] = Needs.View,
        ["GET /hubs/changes"] = Needs.View,
        ["POST /hubs/changes"] = Needs.View,
        ["GET /_framework/opaque-redirect"] = Needs.SignedIn,
    };

    // They take a permission, and no host is meant.
    private static readonly string[] WithoutHost = ["POST /captures/upload", "GET /account/all", "POST /account/all", "POST /api/deploys"];

    // Withdrawing one's own request takes no permission; somebody else's is of a host.
    private static readonly string[] OnHostAnyway = ["/fleetconsole.v1.Control/Reject", "POST /api/v1/commands/{command_id}/reject"];

    /// <summary>By method and pattern; static assets and gRPC are told apart in other ways.</summary>
    public static IReadOnlyDictionary<string, Needs> Routes { get; } = Pages
        .SelectMany(page => new[] { "GET", "POST" }.Select(verb => KeyValuePair.Create($"{verb} {page.Key}", page.Value)))
        .Concat(Others).ToDictionary(StringComparer.Ordinal);

    /// <summary>Whether an RPC or route does something to a host or reads what was taken from one: then its permission has to hold there.</summary>
    public static bool OnHost(string call, Needs needs) =>
        OnHostAnyway.Contains(call) || (needs is not (Needs.Nothing or Needs.SignedIn or Needs.View) && !WithoutHost.Contains(call));

    /// <summary>Written out by hand, not asked of the code under test.</summary>
    public static bool May(string role, Needs needs) => needs switch
    {
        Needs.Nothing => true,
        Needs.SignedIn or Needs.View => role is "viewer" or "operator" or "admin",
        Needs.Profile or Needs.Restart or Needs.Deploy or Needs.Approve or Needs.Dump => role is "operator" or "admin",
        Needs.Administer => role is "admin",
        _ => false,
    };
}
