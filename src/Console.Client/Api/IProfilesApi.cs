using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Api;

/// <summary>What captured profiles say, as a page asks for it.</summary>
public interface IProfilesApi
{
    /// <exception cref="ApiException">There is no such capture, or it cannot be shown that way; the message says why.</exception>
    Task<FlameReply> GetFlameAsync(FlameRequest request, CancellationToken cancellationToken);

    /// <exception cref="ApiException">There is no such capture, or it is no dump.</exception>
    Task<DumpViewReply> GetDumpAsync(DumpViewRequest request, CancellationToken cancellationToken);

    /// <exception cref="ApiException">There is no such capture, or it is no text.</exception>
    Task<TextReply> GetTextAsync(long id, CancellationToken cancellationToken);
}
