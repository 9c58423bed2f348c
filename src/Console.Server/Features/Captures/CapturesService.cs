using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;

namespace FleetConsole.Server.Features.Captures;

[Authorize(Policy = Permissions.View)]
internal sealed class CapturesService(CapturesFeature feature) : Contracts.V1.Captures.CapturesBase
{
    public override Task<ListCapturesReply> ListCaptures(ListCapturesRequest request, ServerCallContext context) =>
        feature.ListCapturesAsync(request.Host, context.CancellationToken);
}

internal static class CaptureRoutes
{
    /// <summary>A profile names functions and may hold labels with data: whoever may not take one may not read one.</summary>
    public static void MapCaptures(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/captures/{id:long}/file", (long id, CapturesFeature feature, CancellationToken cancellationToken) =>
            feature.DownloadAsync(id, cancellationToken)).RequireAuthorization(Permissions.Profile);
}
