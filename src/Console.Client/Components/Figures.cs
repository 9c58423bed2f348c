using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Client.Components;

/// <summary>Numbers as people read them. An absent figure is a dash, never a zero.</summary>
public static class Figures
{
    public const string None = "–";

    /// <summary>Seconds as s or ms, three significant digits.</summary>
    public static string Latency(double? seconds) => seconds switch
    {
        null => None,
        >= 10 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"),
        >= 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} s"),
        >= 0.01 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0.0} ms"),
    };

    /// <summary>Seconds on an axis: as short as they can be written.</summary>
    public static string Tick(double seconds) => seconds >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.##} s")
        : string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0.##} ms");

    /// <summary>The two largest units of a duration.</summary>
    public static string Age(TimeSpan? age) => age switch
    {
        null => None,
        { TotalSeconds: < 0 } => "0 s",
        { TotalMinutes: < 1 } => $"{age.Value.Seconds} s",
        { TotalHours: < 1 } => $"{age.Value.Minutes} min {age.Value.Seconds} s",
        { TotalDays: < 1 } => $"{age.Value.Hours} h {age.Value.Minutes} min",
        _ => $"{(int)age.Value.TotalDays} d {age.Value.Hours} h",
    };

    /// <summary>A duration in its one fitting unit: a forecast is no more exact than that.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0} d"),
    };

    public static string Age(Timestamp? since, DateTimeOffset now) => Age(since is null ? null : now - since.ToDateTimeOffset());

    /// <summary>A moment in UTC, as logs and Prometheus have it.</summary>
    public static string Moment(Timestamp? at) => at is null ? None : at.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Clock(Timestamp? at) => at is null ? None : at.ToDateTimeOffset().ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A moment in UTC, without the date while it is today's.</summary>
    public static string Since(Timestamp? at, DateTimeOffset now) =>
        at is not null && at.ToDateTimeOffset().UtcDateTime.Date != now.UtcDateTime.Date ? $"{Moment(at)} UTC" : Clock(at);

    public static string Rate(double? perSecond) => perSecond switch
    {
        null => None,
        >= 100 => string.Create(CultureInfo.InvariantCulture, $"{perSecond:0}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{perSecond:0.0}"),
    };

    public static string Cores(double? cores) => cores is null ? None : string.Create(CultureInfo.InvariantCulture, $"{cores:0.00}");

    public static string Ratio(double? ratio) => ratio is null ? None : string.Create(CultureInfo.InvariantCulture, $"{ratio:0.000}");

    /// <summary>Bytes in binary units.</summary>
    public static string Bytes(double? bytes) => bytes switch
    {
        null => None,
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 30):0.0} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 20):0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024:0} KiB"),
    };
}
