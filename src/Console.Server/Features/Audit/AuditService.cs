using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;

namespace FleetConsole.Server.Features.Audit;

[Authorize(Policy = Permissions.View)]
internal sealed class AuditService(AuditFeature feature) : Contracts.V1.Audit.AuditBase
{
    public override Task<ListAuditReply> ListAudit(ListAuditRequest request, ServerCallContext context) =>
        feature.ListAuditAsync(request, context.CancellationToken);
}

internal static class AuditRoutes
{
    /// <summary>The whole trail as JSON lines, oldest first.</summary>
    public static void MapAudit(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/audit/export", async (AuditFeature feature, HttpContext context) =>
        {
            context.Response.ContentType = "application/jsonl";
            context.Response.Headers.ContentDisposition = "attachment; filename=\"audit.jsonl\"";
            await using var body = new StreamWriter(context.Response.Body);
            await foreach (var line in feature.ExportAsync(context.RequestAborted))
                await body.WriteLineAsync(line.AsMemory(), context.RequestAborted);
        }).RequireAuthorization(Permissions.View);
}
