using FleetConsole.Contracts.Agent.V1;
using Grpc.Core;

namespace FleetConsole.Agent.Commands;

/// <summary>What a well-formed request is; a malformed one is INVALID_ARGUMENT and names its field.</summary>
internal static class RequestRules
{
    private const int LongestId = 64;
    private const int LongestText = 1000;
    private const int LongestProfileSeconds = 60;
    private const int MostLogLines = 10_000;
    private const int MostLogBytes = 4 * 1024 * 1024;

    public static void CheckId(string commandId)
    {
        if (commandId.Length is 0 or > LongestId || !commandId.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw Invalid("command_id must be 1 to 64 of [A-Za-z0-9-].");
    }

    public static void Check(RestartRequest request) => CheckCommand(request.CommandId, request.RequestedBy, request.Reason);

    public static void Check(ReloadRequest request) => CheckCommand(request.CommandId, request.RequestedBy, request.Reason);

    public static void Check(DumpRequest request)
    {
        CheckCommand(request.CommandId, request.RequestedBy, request.Reason);
        if (request.Rung is not (DumpRung.Goroutines or DumpRung.KernelStacks or DumpRung.Perf or DumpRung.Abort))
            throw Invalid("rung must be GOROUTINES, KERNEL_STACKS, PERF or ABORT.");
        if (request.Rung == DumpRung.Perf && request.Seconds is < 1 or > LongestProfileSeconds)
            throw Invalid("seconds must be 1 to 60 for PERF.");
        if (request.KnownGoroutines < 0)
            throw Invalid("known_goroutines must not be negative.");
    }

    public static void Check(ReadJournalRequest request)
    {
        if (request.Lines is < 1 or > MostLogLines)
            throw Invalid("lines must be 1 to 10000.");
        if (request.MaxBytes is < 1 or > MostLogBytes)
            throw Invalid("max_bytes must be 1 to 4194304.");
    }

    public static void Check(ProfileRequest request)
    {
        CheckCommand(request.CommandId, request.RequestedBy, request.Reason);
        if (request.Kind is not (ProfileKind.Cpu or ProfileKind.Heap or ProfileKind.Goroutine))
            throw Invalid("kind must be CPU, HEAP or GOROUTINE.");
        if (request.Kind == ProfileKind.Cpu && request.Seconds is < 1 or > LongestProfileSeconds)
            throw Invalid("seconds must be 1 to 60 for a CPU profile.");
    }

    private static void CheckCommand(string commandId, string requestedBy, string reason)
    {
        CheckId(commandId);
        CheckText(requestedBy, "requested_by");
        CheckText(reason, "reason");
    }

    private static void CheckText(string text, string field)
    {
        if (text.Length > LongestText || text.Any(char.IsControl))
            throw Invalid($"{field} must be at most 1,000 characters without control characters.");
    }

    private static RpcException Invalid(string message) => new(new Status(StatusCode.InvalidArgument, message));
}
