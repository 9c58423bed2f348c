using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Api;

/// <summary>Commands on hosts, as a page gives them. The server asks for the permission again, whoever calls.</summary>
public interface IControlApi
{
    /// <exception cref="ApiException">The server refused; the message names the rule.</exception>
    Task<CommandView> RestartAsync(RestartHostRequest request, CancellationToken cancellationToken);

    /// <exception cref="ApiException">The server refused; the message names the rule.</exception>
    Task<CommandView> ProfileAsync(ProfileHostRequest request, CancellationToken cancellationToken);

    /// <param name="host">Empty: every host.</param>
    /// <exception cref="ApiException">The call failed.</exception>
    Task<ListCommandsReply> ListCommandsAsync(string host, CancellationToken cancellationToken);
}
