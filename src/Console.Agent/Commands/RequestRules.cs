using FleetConsole.Contracts.Agent.V1;
using Grpc.Core;

namespace FleetConsole.Agent.Commands;

/// <summary>What a well-formed request is; a malformed one is INVALID_ARGUMENT and names its field.</summary>
internal static class RequestRules
{
    private const int LongestId = 64;
    private const int LongestText = 1000;
    private const int LongestProfileSeconds = 60;

    public static void CheckId(string commandId)
    {
        if (commandId.Length is 0 or > LongestId || !commandId.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw Invalid("command_id must be 1 to 64 of [A-Za-z0-9-].");
    }

    public static void Check(RestartRequest request)
    {
        CheckId(request.CommandId);
        CheckText(request.RequestedBy, "requested_by");
        CheckText(request.Reason, "reason");
    }

    public static void Check(ProfileRequest request)
    {
        CheckId(request.CommandId);
        CheckText(request.RequestedBy, "requested_by");
        CheckText(request.Reason, "reason");
        if (request.Kind is not (ProfileKind.Cpu or ProfileKind.Heap or ProfileKind.Goroutine))
            throw Invalid("kind must be CPU, HEAP or GOROUTINE.");
        if (request.Kind == ProfileKind.Cpu && request.Seconds is < 1 or > LongestProfileSeconds)
            throw Invalid("seconds must be 1 to 60 for a CPU profile.");
    }

    private static void CheckText(string text, string field)
    {
        if (text.Length > LongestText || text.Any(char.IsControl))
            throw Invalid($"{field} must be at most 1,000 characters without control characters.");
    }

    private static RpcException Invalid(string message) => new(new Status(StatusCode.InvalidArgument, message));
}
