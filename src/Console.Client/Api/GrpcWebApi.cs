using System.Runtime.CompilerServices;
using FleetConsole.Contracts.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace FleetConsole.Client.Api;

/// <summary>
/// All of the console's own interface over gRPC-Web. The cookie travels by itself, since the page and the services
/// share one address.
/// </summary>
internal sealed class GrpcWebApi(GrpcChannel channel, TimeProvider time)
    : IFleetApi, ILatencyApi, ICapturesApi, IProfilesApi, ICaptureRulesApi, IAuditApi, IControlApi, IRolloutsApi, IDeploysApi, IFindingsApi
{
    // Longer than the server takes for any look (25 s), so that its message arrives rather than ours.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly Fleet.FleetClient _fleet = new(channel);
    private readonly Latency.LatencyClient _latency = new(channel);
    private readonly Captures.CapturesClient _captures = new(channel);
    private readonly Profiles.ProfilesClient _profiles = new(channel);
    private readonly CaptureRules.CaptureRulesClient _captureRules = new(channel);
    private readonly Audit.AuditClient _audit = new(channel);
    private readonly Control.ControlClient _control = new(channel);
    private readonly Rollouts.RolloutsClient _rollouts = new(channel);
    private readonly Deploys.DeploysClient _deploys = new(channel);
    private readonly Findings.FindingsClient _findings = new(channel);

    public Task<ListFindingsReply> ListFindingsAsync(CancellationToken cancellationToken) =>
        Ask(_findings.ListFindingsAsync(new(), Options(cancellationToken)), cancellationToken);

    public Task<FindingReply> GetFindingAsync(long id, CancellationToken cancellationToken) =>
        Ask(_findings.GetFindingAsync(new() { Id = id }, Options(cancellationToken)), cancellationToken);

    public Task<ListSeriesReply> ListSeriesAsync(ListSeriesRequest request, CancellationToken cancellationToken) =>
        Ask(_findings.ListSeriesAsync(request, Options(cancellationToken)), cancellationToken);

    public async IAsyncEnumerable<ReplayProgress> ReplayAsync(ReplayRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A replay takes as long as it takes; whoever waits sees it move and can cancel it.
        using var call = _findings.Replay(request, new CallOptions(cancellationToken: cancellationToken));
        while (await NextAsync(call.ResponseStream, cancellationToken))
            yield return call.ResponseStream.Current;
    }

    public Task<FleetReply> GetFleetAsync(CancellationToken cancellationToken) =>
        Ask(_fleet.GetFleetAsync(new(), Options(cancellationToken)), cancellationToken);

    public Task<HostReply> GetHostAsync(string host, CancellationToken cancellationToken) =>
        Ask(_fleet.GetHostAsync(new() { Host = host }, Options(cancellationToken)), cancellationToken);

    public Task<CurvesReply> GetCurvesAsync(CurvesRequest request, CancellationToken cancellationToken) =>
        Ask(_latency.GetCurvesAsync(request, Options(cancellationToken)), cancellationToken);

    public Task<ListCapturesReply> ListCapturesAsync(ListCapturesRequest request, CancellationToken cancellationToken) =>
        Ask(_captures.ListCapturesAsync(request, Options(cancellationToken)), cancellationToken);

    public Task<ListComparisonsReply> ListComparisonsAsync(long id, CancellationToken cancellationToken) =>
        Ask(_captures.ListComparisonsAsync(new() { CaptureId = id }, Options(cancellationToken)), cancellationToken);

    public Task<Capture> GetCaptureAsync(long id, CancellationToken cancellationToken) =>
        Ask(_captures.GetCaptureAsync(new() { Id = id }, Options(cancellationToken)), cancellationToken);

    public Task<DeleteCapturesReply> DeleteCapturesAsync(DeleteCapturesRequest request, CancellationToken cancellationToken) =>
        Ask(_captures.DeleteCapturesAsync(request, Options(cancellationToken)), cancellationToken);

    public Task<DumpViewReply> GetDumpAsync(DumpViewRequest request, CancellationToken cancellationToken) =>
        Ask(_profiles.GetDumpAsync(request, Options(cancellationToken)), cancellationToken);

    public Task<TextReply> GetTextAsync(long id, CancellationToken cancellationToken) =>
        Ask(_profiles.GetTextAsync(new() { CaptureId = id }, Options(cancellationToken)), cancellationToken);

    public Task<FlameReply> GetFlameAsync(FlameRequest request, CancellationToken cancellationToken) =>
        Ask(_profiles.GetFlameAsync(request, Options(cancellationToken)), cancellationToken);

    public Task<ListCaptureRulesReply> ListCaptureRulesAsync(CancellationToken cancellationToken) =>
        Ask(_captureRules.ListCaptureRulesAsync(new(), Options(cancellationToken)), cancellationToken);

    public Task<TryCaptureRuleReply> TryCaptureRuleAsync(string name, int days, CancellationToken cancellationToken) =>
        Ask(_captureRules.TryCaptureRuleAsync(new() { Name = name, Days = days }, Options(cancellationToken)), cancellationToken);

    public Task<ListAuditReply> ListAuditAsync(ListAuditRequest request, CancellationToken cancellationToken) =>
        Ask(_audit.ListAuditAsync(request, Options(cancellationToken)), cancellationToken);

    public Task<CommandView> RestartAsync(RestartHostRequest request, CancellationToken cancellationToken) =>
        Ask(_control.RestartAsync(request, Options(cancellationToken)), cancellationToken);

    public Task<CommandView> ProfileAsync(ProfileHostRequest request, CancellationToken cancellationToken) =>
        Ask(_control.ProfileAsync(request, Options(cancellationToken)), cancellationToken);

    public Task<CommandView> ReloadAsync(ReloadHostRequest request, CancellationToken cancellationToken) =>
        Ask(_control.ReloadAsync(request, Options(cancellationToken)), cancellationToken);

    public Task<CommandView> DumpAsync(DumpHostRequest request, CancellationToken cancellationToken) =>
        Ask(_control.DumpAsync(request, Options(cancellationToken)), cancellationToken);

    public Task<PlanReply> PlanAsync(PlanRequest request, CancellationToken cancellationToken) =>
        Ask(_control.PlanAsync(request, Options(cancellationToken)), cancellationToken);

    public Task<CommandView> ApproveAsync(DecisionRequest request, CancellationToken cancellationToken) =>
        Ask(_control.ApproveAsync(request, Options(cancellationToken)), cancellationToken);

    public Task<CommandView> RejectAsync(DecisionRequest request, CancellationToken cancellationToken) =>
        Ask(_control.RejectAsync(request, Options(cancellationToken)), cancellationToken);

    public Task<ListCommandsReply> ListCommandsAsync(string host, CancellationToken cancellationToken) =>
        Ask(_control.ListCommandsAsync(new() { Host = host }, Options(cancellationToken)), cancellationToken);

    public Task<ListCommandsReply> ListWaitingAsync(CancellationToken cancellationToken) =>
        Ask(_control.ListCommandsAsync(new() { Waiting = true }, Options(cancellationToken)), cancellationToken);

    public Task<ListRolloutsReply> ListRolloutsAsync(CancellationToken cancellationToken) =>
        Ask(_rollouts.ListRolloutsAsync(new(), Options(cancellationToken)), cancellationToken);

    public Task<RolloutView> StartRolloutAsync(StartRolloutRequest request, CancellationToken cancellationToken) =>
        Ask(_rollouts.StartRolloutAsync(request, Options(cancellationToken)), cancellationToken);

    public Task<RolloutView> ResumeRolloutAsync(RolloutDecision request, CancellationToken cancellationToken) =>
        Ask(_rollouts.ResumeRolloutAsync(request, Options(cancellationToken)), cancellationToken);

    public Task<RolloutView> AbortRolloutAsync(RolloutDecision request, CancellationToken cancellationToken) =>
        Ask(_rollouts.AbortRolloutAsync(request, Options(cancellationToken)), cancellationToken);

    public Task<ListDeploysReply> ListDeploysAsync(ListDeploysRequest request, CancellationToken cancellationToken) =>
        Ask(_deploys.ListDeploysAsync(request, Options(cancellationToken)), cancellationToken);

    public Task<DeployReply> GetDeployAsync(long id, CancellationToken cancellationToken) =>
        Ask(_deploys.GetDeployAsync(new() { Id = id }, Options(cancellationToken)), cancellationToken);

    private CallOptions Options(CancellationToken cancellationToken) =>
        new(deadline: (time.GetUtcNow() + Deadline).UtcDateTime, cancellationToken: cancellationToken);

    private static async Task<T> Ask<T>(AsyncUnaryCall<T> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call;
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(e.StatusCode, Explain(e), e);
        }
        catch (RpcException e)
        {
            throw new OperationCanceledException("The page no longer waits for this call.", e, cancellationToken);
        }
    }

    private static async Task<bool> NextAsync<T>(IAsyncStreamReader<T> stream, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.MoveNext(cancellationToken);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(e.StatusCode, Explain(e), e);
        }
        catch (RpcException e)
        {
            throw new OperationCanceledException("The page no longer waits for this call.", e, cancellationToken);
        }
    }

    private static string Explain(RpcException e) => e.StatusCode switch
    {
        StatusCode.Unauthenticated => "You are signed out. Reload the page and sign in again.",
        StatusCode.DeadlineExceeded => "The console's server did not answer within 30 s.",
        _ when e.Status.DebugException is HttpRequestException =>
            "The console's server cannot be reached. What you see is what it last said.",
        _ => e.Status.Detail.Length > 0 ? e.Status.Detail : $"The console's server answered {e.StatusCode}.",
    };
}
