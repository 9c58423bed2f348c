using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;

namespace FleetConsole.Server.Features.Fleet;

[Authorize(Policy = Permissions.View)]
internal sealed class FleetService(FleetFeature feature) : Contracts.V1.Fleet.FleetBase
{
    public override Task<FleetReply> GetFleet(GetFleetRequest request, ServerCallContext context) =>
        feature.GetFleetAsync(context.CancellationToken);

    public override Task<HostReply> GetHost(GetHostRequest request, ServerCallContext context) =>
        feature.GetHostAsync(request.Host, context.CancellationToken);
}
