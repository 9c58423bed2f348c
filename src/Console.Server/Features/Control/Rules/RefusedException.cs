using FleetConsole.Client.Api;
using Grpc.Core;

namespace FleetConsole.Server.Features.Control.Rules;

/// <summary>Rules refuse a command. The message names each of them and who can lift it.</summary>
internal sealed class RefusedException(IReadOnlyList<Refusal> refusals) : ApiException(StatusCode.FailedPrecondition, string.Join(' ', refusals))
{
    public IReadOnlyList<Refusal> Refusals { get; } = refusals;
}
