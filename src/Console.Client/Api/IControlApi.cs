using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Api;

/// <summary>Commands on hosts, as a page gives them. The server asks for the permission again, whoever calls.</summary>
public interface IControlApi
{
    /// <exception cref="ApiException">The server refused; the message names the rule.</exception>
    Task<CommandView> RestartAsync(RestartHostRequest request, CancellationToken cancellationToken);

    /// <exception cref="ApiException">The server refused; the message names the rule.</exception>
    Task<CommandView> ProfileAsync(ProfileHostRequest request, CancellationToken cancellationToken);

    /// <exception cref="ApiException">The server refused; the message names the rule.</exception>
    Task<CommandView> ReloadAsync(ReloadHostRequest request, CancellationToken cancellationToken);

    /// <exception cref="ApiException">The server refused; the message names the rule.</exception>
    Task<CommandView> DumpAsync(DumpHostRequest request, CancellationToken cancellationToken);

    /// <summary>What would happen, and which rules would refuse it now; nothing is done.</summary>
    /// <exception cref="ApiException">The call failed.</exception>
    Task<PlanReply> PlanAsync(PlanRequest request, CancellationToken cancellationToken);

    /// <exception cref="ApiException">The server refused; the message names the rule.</exception>
    Task<CommandView> ApproveAsync(DecisionRequest request, CancellationToken cancellationToken);

    /// <summary>Ends a waiting command: another's by its approver, one's own by withdrawing it.</summary>
    /// <exception cref="ApiException">The server refused; the message says why.</exception>
    Task<CommandView> RejectAsync(DecisionRequest request, CancellationToken cancellationToken);

    /// <param name="host">Empty: every host.</param>
    /// <exception cref="ApiException">The call failed.</exception>
    Task<ListCommandsReply> ListCommandsAsync(string host, CancellationToken cancellationToken);

    /// <summary>What waits for a second person on any host, the first to expire first.</summary>
    /// <exception cref="ApiException">The call failed.</exception>
    Task<ListCommandsReply> ListWaitingAsync(CancellationToken cancellationToken);
}
