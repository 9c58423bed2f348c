using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Security;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;

namespace FleetConsole.Server.Features.Control.Rollouts;

[Authorize(Policy = Permissions.View)]
internal sealed class RolloutsService(RolloutFeature feature) : Contracts.V1.Rollouts.RolloutsBase
{
    [Authorize(Policy = Permissions.Restart)]
    public override Task<RolloutView> StartRollout(StartRolloutRequest request, ServerCallContext context) =>
        feature.StartAsync(request, CallerOf(context), context.CancellationToken);

    public override Task<ListRolloutsReply> ListRollouts(ListRolloutsRequest request, ServerCallContext context) => feature.ListAsync(context.CancellationToken);

    [Authorize(Policy = Permissions.Restart)]
    public override Task<RolloutView> ResumeRollout(RolloutDecision request, ServerCallContext context) =>
        feature.ResumeAsync(request, CallerOf(context), context.CancellationToken);

    [Authorize(Policy = Permissions.Restart)]
    public override Task<RolloutView> AbortRollout(RolloutDecision request, ServerCallContext context) =>
        feature.AbortAsync(request, CallerOf(context), context.CancellationToken);

    private static Caller CallerOf(ServerCallContext context) => Caller.Of(context.GetHttpContext())
        ?? throw new RpcException(new Status(StatusCode.Unauthenticated, "The session names no user."));
}

/// <summary>Rolling restarts as a page sees them while it is prerendered: they can be looked at.</summary>
internal sealed class PrerenderedRollouts(RolloutFeature feature) : IRolloutsApi
{
    public Task<ListRolloutsReply> ListRolloutsAsync(CancellationToken cancellationToken) => feature.ListAsync(cancellationToken);

    public Task<RolloutView> StartRolloutAsync(StartRolloutRequest request, CancellationToken cancellationToken) => throw NotHere();

    public Task<RolloutView> ResumeRolloutAsync(RolloutDecision request, CancellationToken cancellationToken) => throw NotHere();

    public Task<RolloutView> AbortRolloutAsync(RolloutDecision request, CancellationToken cancellationToken) => throw NotHere();

    private static ApiException NotHere() => new(StatusCode.FailedPrecondition, "A page that is being prerendered gives no commands.");
}
