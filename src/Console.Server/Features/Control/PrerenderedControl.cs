using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using Grpc.Core;

namespace FleetConsole.Server.Features.Control;

/// <summary>
/// Control as a page sees it while it is prerendered: it can be looked at. Buttons work when the page runs in the
/// browser, and then go through <see cref="ControlService"/>, the one place where a command is authorised.
/// </summary>
internal sealed class PrerenderedControl(ControlFeature feature) : IControlApi
{
    public Task<ListCommandsReply> ListCommandsAsync(string host, CancellationToken cancellationToken) =>
        feature.ListCommandsAsync(host, unfinished: false, cancellationToken);

    public Task<ListCommandsReply> ListWaitingAsync(CancellationToken cancellationToken) => feature.ListWaitingAsync("", cancellationToken);

    public Task<CommandView> ReloadAsync(ReloadHostRequest request, CancellationToken cancellationToken) => throw NotHere();

    public Task<CommandView> DumpAsync(DumpHostRequest request, CancellationToken cancellationToken) => throw NotHere();

    public Task<PlanReply> PlanAsync(PlanRequest request, CancellationToken cancellationToken) => throw NotHere();

    public Task<CommandView> ApproveAsync(DecisionRequest request, CancellationToken cancellationToken) => throw NotHere();

    public Task<CommandView> RejectAsync(DecisionRequest request, CancellationToken cancellationToken) => throw NotHere();

    public Task<CommandView> RestartAsync(RestartHostRequest request, CancellationToken cancellationToken) => throw NotHere();

    public Task<CommandView> ProfileAsync(ProfileHostRequest request, CancellationToken cancellationToken) => throw NotHere();

    private static ApiException NotHere() => new(StatusCode.FailedPrecondition, "A page that is being prerendered gives no commands.");
}
