using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Api;

/// <summary>The fleet, as a page asks for it: in-process while prerendering, over gRPC-Web in the browser.</summary>
public interface IFleetApi
{
    /// <exception cref="ApiException">The call failed.</exception>
    Task<FleetReply> GetFleetAsync(CancellationToken cancellationToken);

    /// <exception cref="ApiException">No such host, or the call failed.</exception>
    Task<HostReply> GetHostAsync(string host, CancellationToken cancellationToken);
}
