using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;

namespace FleetConsole.Server.Features.Audit;

[Authorize(Policy = Permissions.View)]
internal sealed class AuditService(AuditFeature feature) : Contracts.V1.Audit.AuditBase
{
    public override Task<ListAuditReply> ListAudit(ListAuditRequest request, ServerCallContext context) =>
        feature.ListAuditAsync(request.BeforeId, context.CancellationToken);
}
