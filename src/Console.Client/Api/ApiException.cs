using Grpc.Core;

namespace FleetConsole.Client.Api;

/// <summary>A call that did not succeed. The message is written for the person at the page.</summary>
/// <param name="code">What kind of failure, in gRPC's terms.</param>
public class ApiException(StatusCode code, string message, Exception? cause = null) : Exception(message, cause)
{
    public StatusCode Code { get; } = code;
}
