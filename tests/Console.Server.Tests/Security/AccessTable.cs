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

    /// <summary>By method and pattern; static assets and gRPC are told apart in other ways.</summary>
    public static IReadOnlyDictionary<string, Needs> Routes { get; } = new Dictionary<string, Needs>(StringComparer.Ordinal)
    {
        ["GET /"] = Needs.View,
        ["GET /latency"] = Needs.View,
        ["GET /hosts/{Name}"] = Needs.View,
        ["GET /findings"] = Needs.View,
        ["GET /findings/{Id:long}"] = Needs.View,
        ["GET /captures"] = Needs.View,
        ["GET /captures/{Id:long}"] = Needs.View,
        ["GET /captures/rules"] = Needs.View,
        ["POST /captures/upload"] = Needs.Profile,
        ["GET /audit"] = Needs.View,
        ["GET /audit/export"] = Needs.View,
        ["GET /commands"] = Needs.View,
        ["GET /deploys"] = Needs.View,
        ["GET /deploys/{Id:long}"] = Needs.View,
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
        ["GET /not-found"] = Needs.SignedIn,
        ["GET /account/sign-in"] = Needs.Nothing,
        ["GET /account/second-factor"] = Needs.Nothing,
        ["GET /account/security"] = Needs.SignedIn,
        ["GET /account/all"] = Needs.Administer,
        ["POST /account/sign-out"] = Needs.SignedIn,
        ["POST /account/token"] = Needs.Nothing,
        ["GET /captures/{id:long}/file"] = Needs.Profile,
        ["GET /captures/{id:long}/pprof"] = Needs.Profile,
        ["POST /hubs/changes/negotiate"] = Needs.View,
        ["POST /hubs/changes"] = Needs.View,
        ["GET /_framework/opaque-redirect"] = Needs.SignedIn,
    };

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
