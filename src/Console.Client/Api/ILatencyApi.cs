using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Api;

/// <summary>Latency curves, as a page asks for them.</summary>
public interface ILatencyApi
{
    /// <exception cref="ApiException">A bound was broken, Prometheus did not answer, or the call failed.</exception>
    Task<CurvesReply> GetCurvesAsync(CurvesRequest request, CancellationToken cancellationToken);
}
