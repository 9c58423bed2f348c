using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Features.Control.Rules;
using FleetConsole.Server.Security;
using FleetConsole.Server.Storage;
using Grpc.Core;

namespace FleetConsole.Server.Features.Control;

/// <summary>What is asked for, before it is a command.</summary>
internal sealed record Order(string Action, string Host, string Reason, string IdempotencyKey)
{
    private const int MaxHost = 256;
    private const int MaxSeconds = 60;

    /// <summary>The duration of a CPU profile or of perf.</summary>
    public int Seconds { get; init; }

    public Rung Rung { get; init; }

    /// <summary>The rolling restart it belongs to; empty when it is asked for alone.</summary>
    public string RolloutId { get; init; } = "";

    /// <summary>The caller wants no dumps and no profile before the process is gone.</summary>
    public bool SkipsEvidence { get; init; }

    /// <summary>The host's name once more, as a person typed it.</summary>
    public string ConfirmHost { get; init; } = "";

    public Lifts Lifts { get; init; }

    // A dump that ends the process is evidence itself, and a reload keeps the old process while it drains.
    private bool TakesEvidence => Action == CommandActions.Restart && !SkipsEvidence;

    public bool Replaces => CommandActions.Replacing.Contains(Action);

    public static Order Of(RestartHostRequest request) => new(CommandActions.Restart, request.Host, request.Reason, request.IdempotencyKey)
    {
        ConfirmHost = request.ConfirmHost,
        Lifts = new(request.Override, request.BreakGlass),
        SkipsEvidence = request.SkipEvidence,
    };

    public static Order Of(ReloadHostRequest request) => new(CommandActions.Reload, request.Host, request.Reason, request.IdempotencyKey)
    {
        ConfirmHost = request.ConfirmHost,
        Lifts = new(request.Override, request.BreakGlass),
    };

    public static Order Of(DumpHostRequest request) =>
        new(request.Rung == Rung.Abort ? CommandActions.Abort : CommandActions.Dump, request.Host, request.Reason, request.IdempotencyKey)
        {
            Rung = request.Rung,
            Seconds = request.Rung == Rung.Perf ? request.Seconds : 0,
            ConfirmHost = request.ConfirmHost,
            Lifts = new(request.Override, request.BreakGlass),
        };

    public static Order Of(ProfileHostRequest request) =>
        new(CommandActions.Profile, request.Host, request.Reason, request.IdempotencyKey) { Seconds = request.Seconds };

    /// <summary>What was asked for, of a command that is one already.</summary>
    public static Order Of(CommandRow row) => new(row.Action, row.Host, row.Reason, row.IdempotencyKey)
    {
        Seconds = row.Seconds,
        Rung = row.Rung,
        RolloutId = row.RolloutId,
        Lifts = new(row.Override, row.BreakGlass),
    };

    /// <summary>The permissions that the action needs on its host, with those of the rules it lifts.</summary>
    public IEnumerable<string> Permissions => new[]
    {
        PermissionOf(Action),
        Action == CommandActions.Abort ? Contracts.Permissions.Dump : "",
        Lifts.Override ? Contracts.Permissions.RestartOverride : "",
        Lifts.BreakGlass ? Contracts.Permissions.BreakGlass : "",
    }.Where(permission => permission.Length > 0);

    /// <exception cref="ApiException">A bound is broken; the message names it.</exception>
    public void Check()
    {
        Check(Host.Length is > 0 and <= MaxHost && !Host.Any(char.IsControl), $"name a host: 1 to {MaxHost} characters without line breaks");
        CheckReason(Reason);
        Check(IdempotencyKey.Length is >= 8 and <= 64 && IdempotencyKey.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'),
            "an idempotency key of 8 to 64 letters, digits and hyphens is required");
        Check(RolloutId.Length > 0 || !IdempotencyKey.StartsWith(RolloutRow.KeyPrefix, StringComparison.Ordinal),
            $"keys that begin with \"{RolloutRow.KeyPrefix}\" are those of rolling restarts");
        Check(Action != CommandActions.Profile || Seconds is >= 1 and <= MaxSeconds, $"a profile takes 1 to {MaxSeconds} seconds");
        Check(Action != CommandActions.Dump || (Rung is > Rung.Unspecified and < Rung.Abort), "name the rung of the ladder: goroutines, kernel stacks, perf or abort");
        Check(Rung != Rung.Perf || Seconds is >= 1 and <= MaxSeconds, $"perf takes 1 to {MaxSeconds} seconds");
        Check(!Replaces || ConfirmHost == Host, $"confirm_host has to be the host's name, \"{Host}\", typed once more");
    }

    /// <inheritdoc cref="Check()"/>
    public static void CheckReason(string reason) =>
        Check(AuditRow.IsReason(reason), AuditRow.ReasonWanted);

    public static string PermissionOf(string action) => action switch
    {
        CommandActions.Restart or CommandActions.Reload or CommandActions.Abort => Contracts.Permissions.Restart,
        CommandActions.Dump => Contracts.Permissions.Dump,
        CommandActions.Profile => Contracts.Permissions.Profile,
        _ => throw new ApiException(StatusCode.InvalidArgument, $"There is no action \"{action}\". There are {string.Join(", ", CommandActions.All)}."),
    };

    public bool SameAs(CommandRow row) => row.Action == Action && row.Host == Host && row.Reason == Reason.Trim() && row.Seconds == Seconds
        && row.Rung == Rung && row.TakesEvidence == TakesEvidence && row.Override == Lifts.Override && row.BreakGlass == Lifts.BreakGlass;

    /// <param name="approvalUntil">Until when it waits for a second person; null when none is needed.</param>
    public CommandRow ToRow(Caller caller, DateTimeOffset at, DateTimeOffset? approvalUntil) => new()
    {
        Id = Guid.CreateVersion7(at).ToString(),
        Host = Host,
        Action = Action,
        Reason = Reason.Trim(),
        RequestedBy = caller.User,
        RemoteAddress = caller.RemoteAddress,
        TokenId = caller.TokenId,
        RequestedAt = at,
        IdempotencyKey = IdempotencyKey,
        Seconds = Seconds,
        Rung = Rung,
        RolloutId = RolloutId,
        TakesEvidence = TakesEvidence,
        Override = Lifts.Override,
        BreakGlass = Lifts.BreakGlass,
        ApprovalUntil = approvalUntil,
        Phase = approvalUntil is null ? CommandPhase.Requested : CommandPhase.AwaitingApproval,
        Message = approvalUntil is null ? "" : $"It waits for a second person with the permission {Contracts.Permissions.Approve} (Control:TwoPeople).",
    };

    private static void Check(bool holds, string rule)
    {
        if (!holds)
            throw new ApiException(StatusCode.InvalidArgument, $"{char.ToUpperInvariant(rule[0])}{rule[1..]}.");
    }
}
