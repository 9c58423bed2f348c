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

    /// <summary>Reads an address; what it does not understand keeps its default.</summary>
    public static LatencyView From(string[]? hosts, string[]? methods, string? quantile, string? axis, string? scale, string? range, string? age) => new()
    {
        Hosts = hosts ?? [],
        Methods = methods ?? [],
        Quantile = double.TryParse(quantile, NumberStyles.Float, CultureInfo.InvariantCulture, out var q) && q is > 0 and < 1 ? q : 0.99,
        Axis = axis == "time" ? ChartAxis.Time : ChartAxis.Age,
        LogScale = scale != "linear",
        Range = range is not null && Ranges.ContainsKey(range) ? range : DefaultRange,
        Age = age is not null && Ages.ContainsKey(age) ? age : AllAges,
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
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
    }

    /// <summary>The request for this view as of <paramref name="now"/>.</summary>
    public CurvesRequest ToRequest(DateTimeOffset now) => new()
    {
        Hosts = { Hosts },
        Methods = { Methods },
        Quantile = Quantile,
        From = (now - Ranges[Range]).ToTimestamp(),
        To = now.ToTimestamp(),
    };
}
