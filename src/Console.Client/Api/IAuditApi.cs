using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Api;

/// <summary>The audit trail, as a page asks for it.</summary>
public interface IAuditApi
{
    /// <exception cref="ApiException">The call failed.</exception>
    Task<ListAuditReply> ListAuditAsync(ListAuditRequest request, CancellationToken cancellationToken);
}
