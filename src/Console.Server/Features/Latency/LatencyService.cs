using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;

namespace FleetConsole.Server.Features.Latency;

[Authorize(Policy = Permissions.View)]
internal sealed class LatencyService(LatencyFeature feature) : Contracts.V1.Latency.LatencyBase
{
    public override Task<CurvesReply> GetCurves(CurvesRequest request, ServerCallContext context) =>
        feature.GetCurvesAsync(request, context.CancellationToken);
}
