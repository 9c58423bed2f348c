using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Api;

/// <summary>Deploys and what they did, as a page asks for them.</summary>
public interface IDeploysApi
{
    /// <exception cref="ApiException">The call failed.</exception>
    Task<ListDeploysReply> ListDeploysAsync(ListDeploysRequest request, CancellationToken cancellationToken);

    /// <exception cref="ApiException">There is no such deploy, or the call failed.</exception>
    Task<DeployReply> GetDeployAsync(long id, CancellationToken cancellationToken);
}
