using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Server.Features.Control;

/// <summary>A command's row in the contract's words.</summary>
internal static class ControlMessages
{
    public static CommandView Of(CommandRow row) => new()
    {
        Id = row.Id,
        Host = row.Host,
        Action = row.Action,
        Reason = row.Reason,
        RequestedBy = row.RequestedBy,
        RequestedAt = row.RequestedAt.ToTimestamp(),
        Phase = row.Phase,
        Message = row.Message,
        EndedAt = row.EndedAt?.ToTimestamp(),
        NewProcessSeenAt = row.NewProcessSeenAt?.ToTimestamp(),
        ServingAt = row.ServingAt?.ToTimestamp(),
        ScrapedAt = row.ScrapedAt?.ToTimestamp(),
        CaptureId = row.CaptureId ?? 0,
        ApprovalUntil = row.Phase == CommandPhase.AwaitingApproval ? row.ApprovalUntil?.ToTimestamp() : null,
        DecidedBy = row.DecidedBy,
        Evidence = { Lines(row.Evidence).Concat(Lines(row.Notes)) },
        Lifted = { new Rules.Lifts(row.Override, row.BreakGlass).Names },
    };

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
