using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Api;

/// <summary>Rolling restarts, as a page gives and follows them.</summary>
public interface IRolloutsApi
{
    /// <exception cref="ApiException">The call failed.</exception>
    Task<ListRolloutsReply> ListRolloutsAsync(CancellationToken cancellationToken);

    /// <exception cref="ApiException">The server refused; the message says why.</exception>
    Task<RolloutView> StartRolloutAsync(StartRolloutRequest request, CancellationToken cancellationToken);

    /// <exception cref="ApiException">The server refused; the message says why.</exception>
    Task<RolloutView> ResumeRolloutAsync(RolloutDecision request, CancellationToken cancellationToken);

    /// <exception cref="ApiException">The server refused; the message says why.</exception>
    Task<RolloutView> AbortRolloutAsync(RolloutDecision request, CancellationToken cancellationToken);
}
