using System.Runtime.CompilerServices;
using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FleetConsole.Client.Tests.Harness;

/// <summary>
/// The console's server as the pages know it: keeps a fleet, its commands and its audit trail, and answers with copies,
/// as a real one does over the wire.
/// </summary>
internal sealed partial class FakeServer(TimeProvider time) : IFleetApi, ILatencyApi, ICapturesApi, IProfilesApi, ICaptureRulesApi, IAuditApi, IControlApi, IRolloutsApi, IDeploysApi, IFindingsApi
{
    private const int AuditPage = 200;
    private readonly Dictionary<string, CommandView> _byKey = [];

    public FleetReply Fleet { get; } = new();

    public Dictionary<string, HostReply> Hosts { get; } = [];

    public CurvesReply Curves { get; } = new();

    public List<CommandView> Commands { get; } = [];

    public List<Capture> Captures { get; } = [];

    /// <summary>The view of every profile.</summary>
    public FlameReply Flame { get; } = new();

    public ListCaptureRulesReply CaptureRules { get; } = new();

    public TryCaptureRuleReply Tried { get; } = new();

    public List<(string Name, int Days)> RulesTried { get; } = [];

    /// <summary>What every dump says.</summary>
    public DumpViewReply Dump { get; } = new();

    public List<FlameRequest> FlamesAsked { get; } = [];

    public List<ListCapturesRequest> CapturesAsked { get; } = [];

    public List<string> CaptureNotices { get; } = [];
    public List<DeleteCapturesRequest> CapturesDeleted { get; } = [];

    /// <summary>What a capture is said to be worth comparing with.</summary>
    public List<Comparison> Suggested { get; } = [];

    public ListDeploysReply Deploys { get; } = new();

    public Dictionary<long, DeployReply> DeploysById { get; } = [];

    public List<ListDeploysRequest> DeploysAsked { get; } = [];

    /// <summary>Latest first, as the server lists them.</summary>
    public List<AuditEntry> AuditRows { get; } = [];

    public List<CurvesRequest> CurvesAsked { get; } = [];

    public List<long> AuditAsked { get; } = [];

    public List<RestartHostRequest> Restarts { get; } = [];

    public List<ProfileHostRequest> Profiles { get; } = [];

    public ListFindingsReply Findings { get; } = new();

    public Dictionary<long, FindingReply> FindingsById { get; } = [];

    public int FleetAsked { get; private set; }

    public int HostsAsked { get; private set; }

    /// <summary>Every call fails with this while it is set.</summary>
    public ApiException? Down { get; set; }

    /// <summary>Curves alone fail with this while it is set, as they do when Prometheus is stopped.</summary>
    public ApiException? PrometheusDown { get; set; }

    /// <summary>Commands are refused with this while it is set.</summary>
    public ApiException? Refusal { get; set; }

    /// <summary>Curves are answered only after this completes.</summary>
    public Task CurvesMayAnswer { get; set; } = Task.CompletedTask;

    public Task<FleetReply> GetFleetAsync(CancellationToken cancellationToken)
    {
        FleetAsked++;
        return Answer(Fleet);
    }

    public Task<HostReply> GetHostAsync(string host, CancellationToken cancellationToken)
    {
        HostsAsked++;
        return Hosts.TryGetValue(host, out var known)
            ? Answer(known)
            : Task.FromException<HostReply>(new ApiException(StatusCode.NotFound, $"No host {host} was ever seen."));
    }

    public async Task<CurvesReply> GetCurvesAsync(CurvesRequest request, CancellationToken cancellationToken)
    {
        CurvesAsked.Add(request);
        var failure = PrometheusDown;
        var answer = Curves.Clone();
        await CurvesMayAnswer.WaitAsync(cancellationToken);
        return failure is null ? await Answer(answer) : throw failure;
    }

    /// <summary>The looks of a replay; it waits after the last one until it is cancelled when told so.</summary>
    public List<ReplayProgress> Replay { get; } = [];

    public Task ReplayMayEnd { get; set; } = Task.CompletedTask;

    public List<ReplayRequest> ReplaysAsked { get; } = [];

    public async IAsyncEnumerable<ReplayProgress> ReplayAsync(ReplayRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ReplaysAsked.Add(request);
        foreach (var progress in Replay)
            yield return await Answer(progress);
        await ReplayMayEnd.WaitAsync(cancellationToken);
    }

    public Task<ListFindingsReply> ListFindingsAsync(CancellationToken cancellationToken) => Answer(Findings);

    public Task<FindingReply> GetFindingAsync(long id, CancellationToken cancellationToken) => FindingsById.TryGetValue(id, out var known)
        ? Answer(known)
        : Task.FromException<FindingReply>(new ApiException(StatusCode.NotFound, $"There is no finding {id}."));

    public Task<ListCapturesReply> ListCapturesAsync(ListCapturesRequest request, CancellationToken cancellationToken)
    {
        CapturesAsked.Add(request);
        return Answer(new ListCapturesReply { Captures = { Captures.Where(capture => request.Host.Length == 0 || capture.Host == request.Host) }, Notices = { CaptureNotices } });
    }

    public Task<DeleteCapturesReply> DeleteCapturesAsync(DeleteCapturesRequest request, CancellationToken cancellationToken)
    {
        CapturesDeleted.Add(request);
        return Answer(new DeleteCapturesReply { Deleted = Captures.RemoveAll(capture => request.CaptureIds.Contains(capture.Id)) });
    }

    public Task<ListComparisonsReply> ListComparisonsAsync(long id, CancellationToken cancellationToken) =>
        Answer(new ListComparisonsReply { Captures = { Captures.Where(capture => capture.Id != id) }, Suggested = { Suggested } });

    public Task<Capture> GetCaptureAsync(long id, CancellationToken cancellationToken) => Captures.Find(capture => capture.Id == id) is { } found
        ? Answer(found)
        : throw new ApiException(StatusCode.NotFound, $"There is no capture {id}.");

    public Task<FlameReply> GetFlameAsync(FlameRequest request, CancellationToken cancellationToken)
    {
        FlamesAsked.Add(request);
        return Answer(Flame);
    }

    public Task<DumpViewReply> GetDumpAsync(DumpViewRequest request, CancellationToken cancellationToken) => Answer(Dump);

    public Task<TextReply> GetTextAsync(long id, CancellationToken cancellationToken) => Answer(new TextReply { Text = "goroutine 1 [running]:" });

    public Task<ListCaptureRulesReply> ListCaptureRulesAsync(CancellationToken cancellationToken) => Answer(CaptureRules);

    public Task<TryCaptureRuleReply> TryCaptureRuleAsync(string name, int days, CancellationToken cancellationToken)
    {
        RulesTried.Add((name, days));
        return Answer(Tried);
    }

    public Task<ListAuditReply> ListAuditAsync(ListAuditRequest request, CancellationToken cancellationToken)
    {
        AuditAsked.Add(request.BeforeId);
        var rows = AuditRows.Where(row => (request.BeforeId == 0 || row.Id < request.BeforeId) && (request.User.Length == 0 || row.User == request.User));
        return Answer(new ListAuditReply { Entries = { rows.Take(AuditPage) } });
    }

    /// <summary>What the rules say to every plan.</summary>
    public PlanStep Plan { get; } = new() { Actions = { "The agent stops the server and starts it again." } };

    public List<string> PlanNotes { get; } = [];

    public List<PlanRequest> Plans { get; } = [];

    public List<DecisionRequest> Approvals { get; } = [];

    public List<DecisionRequest> Rejections { get; } = [];

    public Task<PlanReply> PlanAsync(PlanRequest request, CancellationToken cancellationToken)
    {
        Plans.Add(request);
        var step = Plan.Clone();
        step.Host = request.Hosts[0];
        step.NeedsApproval &= !request.BreakGlass;
        foreach (var refusal in step.Refusals.Where(refusal => (request.BreakGlass && refusal.Rule is "freeze" or "cool-down") || (request.Override && refusal.Rule == "healthy-share")).ToList())
            step.Refusals.Remove(refusal);
        return Answer(new PlanReply { Steps = { step }, Notes = { PlanNotes } });
    }

    public Task<CommandView> ApproveAsync(DecisionRequest request, CancellationToken cancellationToken) => DecideAsync(Approvals, request, CommandPhase.Requested);

    public Task<CommandView> RejectAsync(DecisionRequest request, CancellationToken cancellationToken) => DecideAsync(Rejections, request, CommandPhase.Refused);

    private Task<CommandView> DecideAsync(List<DecisionRequest> decisions, DecisionRequest request, CommandPhase phase)
    {
        decisions.Add(request);
        var command = Commands.Single(c => c.Id == request.CommandId);
        command.Phase = phase;
        return Answer(command);
    }

    public Task<CommandView> RestartAsync(RestartHostRequest request, CancellationToken cancellationToken)
    {
        Restarts.Add(request);
        return Take(request.IdempotencyKey, new() { Host = request.Host, Action = "restart", Reason = request.Reason });
    }

    public ListRolloutsReply Rollouts { get; } = new();

    public List<StartRolloutRequest> RolloutsStarted { get; } = [];

    public List<(string Decision, string Id, string Reason, bool BreakGlass)> RolloutDecisions { get; } = [];

    public Task<ListRolloutsReply> ListRolloutsAsync(CancellationToken cancellationToken) => Answer(Rollouts);

    public Task<RolloutView> StartRolloutAsync(StartRolloutRequest request, CancellationToken cancellationToken)
    {
        RolloutsStarted.Add(request);
        return Answer(new RolloutView { Id = "r1", Phase = RolloutPhase.Running });
    }

    public Task<RolloutView> ResumeRolloutAsync(RolloutDecision request, CancellationToken cancellationToken) => DecideAsync("resume", request);

    public Task<RolloutView> AbortRolloutAsync(RolloutDecision request, CancellationToken cancellationToken) => DecideAsync("abort", request);

    private Task<RolloutView> DecideAsync(string decision, RolloutDecision request)
    {
        RolloutDecisions.Add((decision, request.RolloutId, request.Reason, request.BreakGlass));
        return Answer(Rollouts.Rollouts.Single(r => r.Id == request.RolloutId));
    }

    public List<ReloadHostRequest> Reloads { get; } = [];

    public List<DumpHostRequest> Dumps { get; } = [];

    public Task<CommandView> ReloadAsync(ReloadHostRequest request, CancellationToken cancellationToken)
    {
        Reloads.Add(request);
        return Take(request.IdempotencyKey, new() { Host = request.Host, Action = "reload", Reason = request.Reason });
    }

    public Task<CommandView> DumpAsync(DumpHostRequest request, CancellationToken cancellationToken)
    {
        Dumps.Add(request);
        return Take(request.IdempotencyKey, new() { Host = request.Host, Action = request.Rung == Rung.Abort ? "abort" : "dump", Reason = request.Reason });
    }

    public Task<CommandView> ProfileAsync(ProfileHostRequest request, CancellationToken cancellationToken)
    {
        Profiles.Add(request);
        return Take(request.IdempotencyKey, new() { Host = request.Host, Action = "profile", Reason = request.Reason });
    }

    /// <summary>What waits for a second person and is older than the latest commands.</summary>
    public List<CommandView> WaitingLong { get; } = [];

    public Task<ListCommandsReply> ListWaitingAsync(CancellationToken cancellationToken) =>
        Answer(new ListCommandsReply { Commands = { Commands.Concat(WaitingLong).Where(command => command.Phase == CommandPhase.AwaitingApproval) } });

    public Task<ListCommandsReply> ListCommandsAsync(string host, CancellationToken cancellationToken) =>
        Answer(new ListCommandsReply { Commands = { Commands.Where(command => host.Length == 0 || command.Host == host) } });

    public Task<ListDeploysReply> ListDeploysAsync(ListDeploysRequest request, CancellationToken cancellationToken)
    {
        DeploysAsked.Add(request);
        return Answer(Deploys);
    }

    public Task<DeployReply> GetDeployAsync(long id, CancellationToken cancellationToken) => DeploysById.TryGetValue(id, out var known)
        ? Answer(known)
        : Task.FromException<DeployReply>(new ApiException(StatusCode.NotFound, $"There is no deploy {id}."));

    // The same key is the same command, however often it is sent.
    private Task<CommandView> Take(string key, CommandView command)
    {
        if (Refusal is not null)
            return Task.FromException<CommandView>(Refusal);
        if (_byKey.TryGetValue(key, out var known))
            return Answer(known);
        command.Id = $"c{Commands.Count + 1}";
        command.Phase = CommandPhase.Requested;
        command.RequestedBy = "olga";
        command.RequestedAt = time.GetUtcNow().ToTimestamp();
        Commands.Insert(0, command);
        _byKey[key] = command;
        return Answer(command);
    }

    private Task<T> Answer<T>(T reply)
        where T : IDeepCloneable<T> =>
        Down is null ? Task.FromResult(reply.Clone()) : Task.FromException<T>(Down);
}
