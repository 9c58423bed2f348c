using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Api;

/// <summary>What is captured without anybody asking, as a page asks for it.</summary>
public interface ICaptureRulesApi
{
    /// <exception cref="ApiException">The call failed.</exception>
    Task<ListCaptureRulesReply> ListCaptureRulesAsync(CancellationToken cancellationToken);

    /// <param name="days">1 to 30, back from now.</param>
    /// <exception cref="ApiException">There is no such rule, or Prometheus cannot be asked.</exception>
    Task<TryCaptureRuleReply> TryCaptureRuleAsync(string name, int days, CancellationToken cancellationToken);
}
