using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Api;

/// <summary>Findings, as a page asks for them: in-process while prerendering, over gRPC-Web in the browser.</summary>
public interface IFindingsApi
{
    /// <exception cref="ApiException">The call failed.</exception>
    Task<ListFindingsReply> ListFindingsAsync(CancellationToken cancellationToken);

    /// <exception cref="ApiException">No such finding, or the call failed.</exception>
    Task<FindingReply> GetFindingAsync(long id, CancellationToken cancellationToken);

    /// <summary>All series of one host, or of one method, by the last look.</summary>
    /// <exception cref="ApiException">No look yet, no such series, or the call failed.</exception>
    Task<ListSeriesReply> ListSeriesAsync(ListSeriesRequest request, CancellationToken cancellationToken);

    /// <summary>Which findings would have opened in a past time; one message a look.</summary>
    /// <exception cref="ApiException">The bounds, another replay that runs, or Prometheus.</exception>
    IAsyncEnumerable<ReplayProgress> ReplayAsync(ReplayRequest request, CancellationToken cancellationToken);
}
