using FleetConsole.Client.Components;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Features.Captures;

/// <summary>Captures in words.</summary>
public static class CaptureWords
{
    /// <summary>Whether it is a profile, to be seen as a flame graph.</summary>
    public static bool IsProfile(Capture capture) => capture.Kind is "cpu" or "profile" or "perf";

    /// <summary>Whether it lists goroutines.</summary>
    public static bool IsDump(Capture capture) => capture.Kind is "goroutines" or "abort" or "dump";

    public static string Kind(Capture capture) => capture.Kind switch
    {
        "cpu" => $"CPU profile, {capture.Seconds.ToString("0", System.Globalization.CultureInfo.InvariantCulture)} s",
        "goroutines" => "goroutine dump",
        "kernel-stacks" => "kernel stacks",
        "abort" => "goroutine dump by SIGABRT",
        "perf" => $"perf, {capture.Seconds.ToString("0", System.Globalization.CultureInfo.InvariantCulture)} s",
        "dump" => "uploaded dump",
        "profile" => "uploaded profile",
        _ => capture.Kind,
    };

    /// <summary>What became of a capture that was deleted.</summary>
    public static string Gone(Capture capture) => $"deleted by {capture.DeletedBy} on {Figures.Moment(capture.DeletedAt)}: {capture.DeletedReason}";

    /// <summary>The process's age when it was taken; a dash for an uploaded file.</summary>
    public static string Age(Capture capture) => Figures.Age(AgeOf(capture));

    public static TimeSpan? AgeOf(Capture capture) =>
        capture.ProcessStartedAt is null ? null : capture.TakenAt.ToDateTimeOffset() - capture.ProcessStartedAt.ToDateTimeOffset();

    /// <summary>One line that tells it from others: "git-1, 1.0.7, age 3 h 12 min, 2026-11-25 04:12:00".</summary>
    public static string Line(Capture capture) => capture.Host.Length == 0
        ? $"{capture.Reason}, {Figures.Moment(capture.TakenAt)}"
        : $"{capture.Host}, {capture.Version}, age {Age(capture)}, {Figures.Moment(capture.TakenAt)}";
}
