using System.Globalization;
using FleetConsole.Client.Components;
using FleetConsole.Contracts.V1;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Client.Features.Latency;

/// <summary>The state of the latency page, all of it in its address.</summary>
public sealed record LatencyView
{
    public const string DefaultRange = "3d";
    public const string AllAges = "all";

    // So much of a life is shown that a tenth of the chart is left on either side of it.
    private const double RoomAround = 1.2;

    /// <summary>Ranges that end now, by the name they have in the address.</summary>
    public static IReadOnlyDictionary<string, TimeSpan> Ranges { get; } = new Dictionary<string, TimeSpan>
    {
        ["15m"] = TimeSpan.FromMinutes(15),
        ["1h"] = TimeSpan.FromHours(1),
        ["6h"] = TimeSpan.FromHours(6),
        ["24h"] = TimeSpan.FromHours(24),
        [DefaultRange] = TimeSpan.FromDays(3),
        ["7d"] = TimeSpan.FromDays(7),
        ["30d"] = TimeSpan.FromDays(30),
    };

    /// <summary>How much of the age axis is shown, by the name it has in the address; without a value, all of it.</summary>
    public static IReadOnlyDictionary<string, TimeSpan?> Ages { get; } = new Dictionary<string, TimeSpan?>
    {
        [AllAges] = null,
        ["15m"] = TimeSpan.FromMinutes(15),
        ["1h"] = TimeSpan.FromHours(1),
        ["6h"] = TimeSpan.FromHours(6),
        ["24h"] = TimeSpan.FromHours(24),
    };

    public static IReadOnlyList<double> Quantiles { get; } = [0.5, 0.9, 0.95, 0.99, 0.999];

    /// <summary>Empty: every host.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>"service/method"; empty: all pooled.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    public double Quantile { get; init; } = 0.99;

    public ChartAxis Axis { get; init; }

    /// <summary>Drift is a ratio, so the scale on which equal ratios look equal is the default.</summary>
    public bool LogScale { get; init; } = true;

    public string Range { get; init; } = DefaultRange;

    public string Age { get; init; } = AllAges;

    /// <summary>When something was captured, of the host that is shown; the chart has a mark there. Null: nothing is marked.</summary>
    public DateTimeOffset? Captured { get; init; }

    /// <summary>Where the range ends; null: now.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The life of a process up to what was captured of it and a little after, marked there.</summary>
    public static LatencyView Around(string host, DateTimeOffset started, DateTimeOffset captured)
    {
        var life = captured - started;
        var range = Ranges.FirstOrDefault(range => range.Value >= life * RoomAround, Ranges.Last());

        // The process before may have been much older.
        var age = Ages.FirstOrDefault(age => age.Value >= life * RoomAround, new(AllAges, null));
        return new() { Hosts = [host], Range = range.Key, Age = age.Key, Captured = captured, Until = captured + (range.Value * (RoomAround - 1) / 2) };
    }

    /// <summary>Reads an address; what it does not understand keeps its default.</summary>
    public static LatencyView From(
        string[]? hosts, string[]? methods, string? quantile, string? axis, string? scale, string? range, string? age, string? captured, string? until) => new()
        {
            Hosts = hosts ?? [],
            Methods = methods ?? [],
            Quantile = double.TryParse(quantile, NumberStyles.Float, CultureInfo.InvariantCulture, out var q) && q is > 0 and < 1 ? q : 0.99,
            Axis = axis == "time" ? ChartAxis.Time : ChartAxis.Age,
            LogScale = scale != "linear",
            Range = range is not null && Ranges.ContainsKey(range) ? range : DefaultRange,
            Age = age is not null && Ages.ContainsKey(age) ? age : AllAges,
            Captured = Moment(captured),
            Until = Moment(until),
        };

    /// <summary>The query of the page's address; what has its default is left out.</summary>
    public string ToQuery()
    {
        var parts = new List<string>();
        parts.AddRange(Hosts.Select(host => $"host={Uri.EscapeDataString(host)}"));
        parts.AddRange(Methods.Select(method => $"method={Uri.EscapeDataString(method)}"));
        if (Quantile != 0.99)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"q={Quantile}"));
        if (Axis == ChartAxis.Time)
            parts.Add("axis=time");
        if (!LogScale)
            parts.Add("scale=linear");
        if (Range != DefaultRange)
            parts.Add($"range={Range}");
        if (Age != AllAges)
            parts.Add($"age={Age}");
        if (Captured is { } captured)
            parts.Add($"captured={Text(captured)}");
        if (Until is { } until)
            parts.Add($"until={Text(until)}");
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
    }

    /// <summary>The request for this view as of <paramref name="now"/>.</summary>
    public CurvesRequest ToRequest(DateTimeOffset now)
    {
        var end = Until is { } until && until < now ? until : now;
        return new()
        {
            Hosts = { Hosts },
            Methods = { Methods },
            Quantile = Quantile,
            From = (end - Ranges[Range]).ToTimestamp(),
            To = end.ToTimestamp(),
        };
    }

    private static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static DateTimeOffset? Moment(string? text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) && moment.Year > 1970 ? moment : null;
}
