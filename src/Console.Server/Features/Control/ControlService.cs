using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Security;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;

namespace FleetConsole.Server.Features.Control;

[Authorize(Policy = Permissions.View)]
internal sealed class ControlService(ControlFeature feature, Approvals approvals, Planner planner) : Contracts.V1.Control.ControlBase
{
    [Authorize(Policy = Permissions.Restart)]
    public override Task<CommandView> Restart(RestartHostRequest request, ServerCallContext context) =>
        feature.TakeAsync(Order.Of(request), CallerOf(context), context.CancellationToken);

    [Authorize(Policy = Permissions.Restart)]
    public override Task<CommandView> Reload(ReloadHostRequest request, ServerCallContext context) =>
        feature.TakeAsync(Order.Of(request), CallerOf(context), context.CancellationToken);

    [Authorize(Policy = Permissions.Dump)]
    public override Task<CommandView> Dump(DumpHostRequest request, ServerCallContext context) =>
        feature.TakeAsync(Order.Of(request), CallerOf(context), context.CancellationToken);

    [Authorize(Policy = Permissions.Profile)]
    public override Task<CommandView> Profile(ProfileHostRequest request, ServerCallContext context) =>
        feature.TakeAsync(Order.Of(request), CallerOf(context), context.CancellationToken);

    public override Task<PlanReply> Plan(PlanRequest request, ServerCallContext context) =>
        planner.PlanAsync(request, CallerOf(context), context.CancellationToken);

    [Authorize(Policy = Permissions.Approve)]
    public override Task<CommandView> Approve(DecisionRequest request, ServerCallContext context) =>
        approvals.ApproveAsync(request, CallerOf(context), context.CancellationToken);

    // Withdrawing one's own request takes no permission; rejecting another's is checked where the command is known.
    public override Task<CommandView> Reject(DecisionRequest request, ServerCallContext context) =>
        approvals.RejectAsync(request, CallerOf(context), context.CancellationToken);

    public override Task<ListCommandsReply> ListCommands(ListCommandsRequest request, ServerCallContext context) =>
        request.Waiting
            ? feature.ListWaitingAsync(request.Host, context.CancellationToken)
            : feature.ListCommandsAsync(request.Host, request.Unfinished, context.CancellationToken);

    public override Task<CommandView> GetCommand(GetCommandViewRequest request, ServerCallContext context) =>
        feature.GetCommandAsync(request.CommandId, context.CancellationToken);

    private static Caller CallerOf(ServerCallContext context) => Caller.Of(context.GetHttpContext())
        ?? throw new RpcException(new Status(StatusCode.Unauthenticated, "The session names no user."));
}
