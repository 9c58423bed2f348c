using System.Globalization;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Server.Features.Captures;

/// <summary>Captures as they travel.</summary>
internal static class CaptureMessages
{
    /// <summary>Kind of what <c>perf script</c> printed.</summary>
    public const string Perf = "perf";

    public static Capture Of(CaptureRow row) => new()
    {
        Id = row.Id,
        Host = row.Host,
        Kind = row.Kind,
        TakenAt = row.TakenAt.ToTimestamp(),
        ProcessStartedAt = row.ProcessStartedAt?.ToTimestamp(),
        Version = row.Version,
        Seconds = row.Seconds,
        SizeBytes = row.SizeBytes,
        Sha256 = row.Sha256,
        TakenBy = row.TakenBy,
        Reason = row.Reason,
        FileName = FileName(row),
        CommandId = row.CommandId,
        DeletedAt = row.DeletedAt?.ToTimestamp(),
        DeletedBy = row.DeletedBy,
        DeletedReason = row.DeletedReason,
    };

    /// <summary>What is said to whoever asks for the bytes of a capture that was deleted.</summary>
    public static string Gone(CaptureRow row) => $"Capture {row.Id} was deleted by {row.DeletedBy} at {row.DeletedAt:u}: {row.DeletedReason}";

    /// <summary>Which capture a row of the audit trail speaks of, with the hash of what it held.</summary>
    public static string InAudit(CaptureRow row) => string.Create(CultureInfo.InvariantCulture,
        $"(capture {row.Id}: {row.Kind}, taken at {row.TakenAt:u} by {row.TakenBy}, {row.SizeBytes:N0} bytes, SHA-256 {row.Sha256})");

    public static string FileName(CaptureRow row)
    {
        var host = string.Concat(row.Host.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '-'));
        var extension = row.Kind switch
        {
            "cpu" or "profile" => "pb.gz",
            "figures" => "json",
            _ => "txt",
        };
        return $"{(host.Length > 0 ? host : "uploaded")}-{row.Kind}-{row.TakenAt:yyyyMMdd-HHmmss}.{extension}";
    }
}
