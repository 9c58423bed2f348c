using Grpc.Core;

namespace FleetConsole.Server.Sources.Agents;

/// <summary>An agent did not do what it was asked. The message names the agent and the next step.</summary>
internal sealed class AgentException(StatusCode code, string message, Exception? cause, bool neverSent = false) : Exception(message, cause)
{
    public StatusCode Code { get; } = code;

    /// <summary>Nobody can tell from this answer whether the agent acted. A connection that was refused carried nothing.</summary>
    public bool Undecided => !neverSent && Code is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Internal or StatusCode.Unknown;
}
