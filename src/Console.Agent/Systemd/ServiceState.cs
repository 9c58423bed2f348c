using System.Globalization;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Systemd;

/// <summary>A service as `systemctl show` has it.</summary>
/// <param name="LogRateLimitInterval">Zero when the unit sets none, and journald's own holds: systemd 252 takes a set zero for none, too.</param>
internal sealed record ServiceState(
    string LoadState,
    string ActiveState,
    string SubState,
    string LastResult,
    int MainPid,
    int Restarts,
    DateTimeOffset? ActiveSince,
    string ControlGroup,
    TimeSpan RestartDelay,
    TimeSpan StartTimeout,
    TimeSpan StopTimeout,
    string StandardOutput,
    string StandardError,
    TimeSpan LogRateLimitInterval,
    long LogRateLimitBurst)
{
    public const string Properties =
        "LoadState,ActiveState,SubState,Result,MainPID,NRestarts,ActiveEnterTimestamp,ControlGroup,RestartUSec,"
        + "TimeoutStartUSec,TimeoutStopUSec,StandardOutput,StandardError,LogRateLimitIntervalUSec,LogRateLimitBurst";

    public const string StartLimitHit = "start-limit-hit";

    public UnitState State => (ActiveState, SubState) switch
    {
        (_, "auto-restart") => UnitState.Restarting,
        ("active" or "reloading", _) => UnitState.Active,
        ("activating", _) => UnitState.Starting,
        ("deactivating", _) => UnitState.Stopping,
        ("failed", _) => UnitState.Failed,
        _ => LoadState == "loaded" ? UnitState.Inactive : UnitState.Failed,
    };

    /// <summary>systemd's Result, or why there is no such service ("not-found", "masked").</summary>
    public string Outcome => LoadState == "loaded" ? LastResult : LoadState;

    /// <summary>Where standard error really goes: "inherit" is resolved.</summary>
    public string ErrorsGoTo => StandardError == "inherit" ? StandardOutput : StandardError;

    /// <summary>Reads lines of NAME=VALUE. A property that is missing, as in another systemd, is empty or zero.</summary>
    public static ServiceState Parse(string show)
    {
        var values = show.Split('\n').Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2).ToLookup(pair => pair[0], pair => pair[1]);
        string Text(string name) => values[name].FirstOrDefault("");
        long Number(string name) => long.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        TimeSpan Span(string name) => TimeSpanText.Parse(Text(name)) ?? TimeSpan.Zero;
        return new(
            Text("LoadState"), Text("ActiveState"), Text("SubState"), Text("Result"), (int)Number("MainPID"), (int)Number("NRestarts"),
            Instant(Text("ActiveEnterTimestamp")), Text("ControlGroup"), Span("RestartUSec"), Span("TimeoutStartUSec"), Span("TimeoutStopUSec"),
            Text("StandardOutput"), Text("StandardError"), Span("LogRateLimitIntervalUSec"), Number("LogRateLimitBurst"));
    }

    // With --timestamp=unix: "@1700000000", or nothing when it never was active.
    private static DateTimeOffset? Instant(string text) =>
        text.StartsWith('@') && long.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
