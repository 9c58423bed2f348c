using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Api;

/// <summary>The audit trail, as a page asks for it.</summary>
public interface IAuditApi
{
    /// <param name="beforeId">Only older rows than this one; 0: from the newest.</param>
    /// <exception cref="ApiException">The call failed.</exception>
    Task<ListAuditReply> ListAuditAsync(long beforeId, CancellationToken cancellationToken);
}
