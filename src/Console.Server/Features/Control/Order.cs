using FleetConsole.Client.Api;
using FleetConsole.Server.Storage;
using Grpc.Core;

namespace FleetConsole.Server.Features.Control;

/// <summary>What is asked for, before it is a command.</summary>
internal sealed record Order(string Action, string Host, string Reason, string IdempotencyKey, int Seconds)
{
    private const int MaxReason = 500;
    private const int MinReason = 3;
    private const int MaxHost = 256;
    private const int MaxSeconds = 60;

    /// <exception cref="ApiException">A bound is broken; the message names it.</exception>
    public void Check()
    {
        Check(Host.Length is > 0 and <= MaxHost && !Host.Any(char.IsControl), "name a host");
        Check(Reason.Trim().Length is >= MinReason and <= MaxReason && !Reason.Any(char.IsControl),
            $"a reason of {MinReason} to {MaxReason} characters without line breaks is required; it stands in the audit trail");
        Check(IdempotencyKey.Length is >= 8 and <= 64 && IdempotencyKey.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'),
            "an idempotency key of 8 to 64 letters, digits and hyphens is required");
        Check(Action != CommandActions.Profile || Seconds is >= 1 and <= MaxSeconds, $"a profile takes 1 to {MaxSeconds} seconds");
    }

    public bool SameAs(CommandRow row) => row.Action == Action && row.Host == Host && row.Reason == Reason.Trim() && row.Seconds == Seconds;

    public CommandRow ToRow(Caller caller, DateTimeOffset at) => new()
    {
        Id = Guid.CreateVersion7(at).ToString(),
        Host = Host,
        Action = Action,
        Reason = Reason.Trim(),
        RequestedBy = caller.User,
        RemoteAddress = caller.RemoteAddress,
        RequestedAt = at,
        IdempotencyKey = IdempotencyKey,
        Seconds = Seconds,
    };

    private static void Check(bool holds, string rule)
    {
        if (!holds)
            throw new ApiException(StatusCode.InvalidArgument, $"{char.ToUpperInvariant(rule[0])}{rule[1..]}.");
    }
}
