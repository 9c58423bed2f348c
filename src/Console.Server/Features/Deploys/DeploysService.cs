using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;

namespace FleetConsole.Server.Features.Deploys;

[Authorize(Policy = Permissions.View)]
internal sealed class DeploysService(DeploysFeature feature) : Contracts.V1.Deploys.DeploysBase
{
    public override Task<ListDeploysReply> ListDeploys(ListDeploysRequest request, ServerCallContext context) =>
        feature.ListDeploysAsync(request, context.CancellationToken);

    public override Task<DeployReply> GetDeploy(GetDeployRequest request, ServerCallContext context) =>
        feature.GetDeployAsync(request.Id, context.CancellationToken);
}
