using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Api;

/// <summary>Captured profiles, as a page asks for them.</summary>
public interface ICapturesApi
{
    /// <exception cref="ApiException">The call failed.</exception>
    Task<ListCapturesReply> ListCapturesAsync(ListCapturesRequest request, CancellationToken cancellationToken);

    /// <exception cref="ApiException">There is no such capture.</exception>
    Task<ListComparisonsReply> ListComparisonsAsync(long id, CancellationToken cancellationToken);

    /// <exception cref="ApiException">There is no such capture.</exception>
    Task<Capture> GetCaptureAsync(long id, CancellationToken cancellationToken);

    /// <exception cref="ApiException">Refused, as DeleteCaptures says; nothing was deleted.</exception>
    Task<DeleteCapturesReply> DeleteCapturesAsync(DeleteCapturesRequest request, CancellationToken cancellationToken);
}
