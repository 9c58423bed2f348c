using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;

namespace FleetConsole.Server.Features.Findings;

[Authorize(Policy = Permissions.View)]
internal sealed class FindingsService(FindingsFeature feature) : Contracts.V1.Findings.FindingsBase
{
    public override Task<ListFindingsReply> ListFindings(ListFindingsRequest request, ServerCallContext context) =>
        feature.ListFindingsAsync(context.CancellationToken);

    public override Task<FindingReply> GetFinding(GetFindingRequest request, ServerCallContext context) =>
        feature.GetFindingAsync(request.Id, context.CancellationToken);

    public override Task<ListSeriesReply> ListSeries(ListSeriesRequest request, ServerCallContext context) =>
        feature.ListSeriesAsync(request, context.CancellationToken);

    public override async Task Replay(ReplayRequest request, IServerStreamWriter<ReplayProgress> responseStream, ServerCallContext context)
    {
        await foreach (var progress in feature.ReplayAsync(request, context.CancellationToken))
            await responseStream.WriteAsync(progress, context.CancellationToken);
    }
}
