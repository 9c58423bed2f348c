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
    };
}
