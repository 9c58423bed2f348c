using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Features.Captures.Rules;
using FleetConsole.Server.Security;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;

namespace FleetConsole.Server.Features.Captures;

[Authorize(Policy = Permissions.View)]
internal sealed class CapturesService(CapturesFeature feature, CaptureDeletions deletions) : Contracts.V1.Captures.CapturesBase
{
    public override Task<ListCapturesReply> ListCaptures(ListCapturesRequest request, ServerCallContext context) =>
        feature.ListCapturesAsync(request, context.CancellationToken);

    public override Task<ListComparisonsReply> ListComparisons(ListComparisonsRequest request, ServerCallContext context) =>
        feature.ListComparisonsAsync(request.CaptureId, context.CancellationToken);

    public override Task<Capture> GetCapture(GetCaptureRequest request, ServerCallContext context) =>
        feature.GetCaptureAsync(request.Id, context.CancellationToken);

    [Authorize(Policy = Permissions.Administer)]
    public override Task<DeleteCapturesReply> DeleteCaptures(DeleteCapturesRequest request, ServerCallContext context) =>
        deletions.DeleteAsync(request, Caller.Of(context.GetHttpContext()) ?? throw new RpcException(new Status(StatusCode.Unauthenticated, "The session names no user.")),
            context.CancellationToken);
}

[Authorize(Policy = Permissions.Profile)]
internal sealed class ProfilesService(ProfilesFeature feature) : Profiles.ProfilesBase
{
    public override Task<FlameReply> GetFlame(FlameRequest request, ServerCallContext context) =>
        feature.GetFlameAsync(request, context.CancellationToken);

    public override Task<DumpViewReply> GetDump(DumpViewRequest request, ServerCallContext context) =>
        feature.GetDumpAsync(request, context.CancellationToken);

    public override Task<TextReply> GetText(TextRequest request, ServerCallContext context) =>
        feature.GetTextAsync(request.CaptureId, context.CancellationToken);
}

[Authorize(Policy = Permissions.View)]
internal sealed class CaptureRulesService(CaptureRulesFeature feature) : Contracts.V1.CaptureRules.CaptureRulesBase
{
    public override Task<ListCaptureRulesReply> ListCaptureRules(ListCaptureRulesRequest request, ServerCallContext context) =>
        feature.ListCaptureRulesAsync(context.CancellationToken);

    public override Task<TryCaptureRuleReply> TryCaptureRule(TryCaptureRuleRequest request, ServerCallContext context) =>
        feature.TryCaptureRuleAsync(request.Name, request.Days, context.CancellationToken);
}
