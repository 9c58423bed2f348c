using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;

namespace FleetConsole.Server.Features.Control;

[Authorize(Policy = Permissions.View)]
internal sealed class ControlService(ControlFeature feature) : Contracts.V1.Control.ControlBase
{
    [Authorize(Policy = Permissions.Restart)]
    public override Task<CommandView> Restart(RestartHostRequest request, ServerCallContext context) =>
        feature.RestartAsync(request, CallerOf(context), context.CancellationToken);

    [Authorize(Policy = Permissions.Profile)]
    public override Task<CommandView> Profile(ProfileHostRequest request, ServerCallContext context) =>
        feature.ProfileAsync(request, CallerOf(context), context.CancellationToken);

    public override Task<ListCommandsReply> ListCommands(ListCommandsRequest request, ServerCallContext context) =>
        feature.ListCommandsAsync(request.Host, context.CancellationToken);

    private static Caller CallerOf(ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var user = http.User.Identity?.Name ?? throw new RpcException(new Status(StatusCode.Unauthenticated, "The session names no user."));
        return new(user, http.Connection.RemoteIpAddress?.ToString() ?? "");
    }
}
