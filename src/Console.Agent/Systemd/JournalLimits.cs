using System.Globalization;
using FleetConsole.Agent.Tools;
using FleetConsole.Contracts.Agent.V1;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Agent.Systemd;

/// <summary>
/// What journald's rate limit does to a long dump. It counts lines, and journald tells of dropped ones only when the unit writes again after the interval.
/// </summary>
/// <param name="program">Where systemd-analyze is on the host.</param>
internal sealed partial class JournalLimits(TimeProvider clock, ILogger<JournalLimits> logger, string program = "/usr/bin/systemd-analyze")
{
    // Of a dump of 1,442 goroutines 52,375 lines were written; a busy server may have more.
    private const long LongDump = 100_000;
    private const long EnoughBurst = 1_000_000;
    private const int MostConfiguration = 256 * 1024;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    // journald's own defaults; see journald.conf(5).
    private static readonly (TimeSpan Interval, long Burst) BuiltIn = (TimeSpan.FromSeconds(30), 10_000);

    private (TimeSpan Interval, long Burst)? journald;
    private long readAt;

    /// <summary>The limit that holds for the service: its own where it sets one, otherwise journald's; null while that could never be read.</summary>
    public async Task<LogRateLimit?> OfAsync(string service, ServiceState state, CancellationToken cancel)
    {
        await RefreshAsync(cancel);
        var interval = state.LogRateLimitInterval > TimeSpan.Zero ? state.LogRateLimitInterval : journald?.Interval;
        var burst = state.LogRateLimitBurst > 0 ? state.LogRateLimitBurst : journald?.Burst;
        return interval is { } i && burst is { } b ? Describe(service, i, b) : null;
    }

    /// <summary>The last RateLimitIntervalSec and RateLimitBurst of journald's configuration files, concatenated in their order.</summary>
    public static (TimeSpan Interval, long Burst) Parse(string configuration)
    {
        var (interval, burst) = BuiltIn;
        foreach (var line in configuration.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.Split('=', 2, StringSplitOptions.TrimEntries) is not [var key, var value])
                continue;
            if (key is "RateLimitIntervalSec" or "RateLimitInterval")
                interval = TimeSpanText.Parse(value) ?? BuiltIn.Interval;
            else if (key == "RateLimitBurst")
                burst = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : BuiltIn.Burst;
        }

        return (interval, burst);
    }

    public static LogRateLimit Describe(string service, TimeSpan interval, long burst)
    {
        if (interval == TimeSpan.Zero || burst == 0)
            return new() { Interval = new(), Burst = 0 };
        var limit = new LogRateLimit { Interval = Duration.FromTimeSpan(interval), Burst = burst };
        if (burst >= LongDump)
            return limit;
        limit.CutsDumps = true;
        limit.DropInPath = $"/etc/systemd/system/{service}.d/log-rate-limit.conf";
        limit.DropIn = string.Create(CultureInfo.InvariantCulture, $"[Service]\nLogRateLimitIntervalSec=1s\nLogRateLimitBurst={EnoughBurst}\n");
        limit.Message = string.Create(
            CultureInfo.InvariantCulture,
            $"journald takes {burst} lines in {interval.TotalSeconds} s from {service} and drops the rest of a longer dump. On the host, `Console.Agent --config FILE --lift-log-limits` writes {limit.DropInPath}; a restart of the unit then prevents that.");
        return limit;
    }

    // What a dump would lose is a help; a look at the service, and a restart with it, must not fail for want of it.
    private async Task RefreshAsync(CancellationToken cancel)
    {
        if (readAt != 0 && clock.GetElapsedTime(readAt) < Kept)
            return;
        try
        {
            var (result, output) = await Tool.TextAsync([program, "cat-config", "--no-pager", "--", "systemd/journald.conf"], Deadline, MostConfiguration, cancel);
            if (result.Succeeded)
                journald = Parse(output);
            else
                LogNotRead(result.Words);
        }
        catch (ToolException e)
        {
            LogNotRead(e.Message);
        }

        readAt = clock.GetTimestamp();
    }

    [LoggerMessage(211, LogLevel.Warning, "journald's rate limit is not known: `systemd-analyze cat-config systemd/journald.conf` failed: {Problem}")]
    private partial void LogNotRead(string problem);
}
