using System.Globalization;
using FleetConsole.Client.Components;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Features.Captures;

/// <summary>How a profile is looked at: the state of its page, all of it in the address.</summary>
public sealed record FlameLook
{
    /// <summary>The captures it is compared with, which are added up; empty: none.</summary>
    public IReadOnlyList<long> Bases { get; init; } = [];

    /// <summary>Empty: the profile's own default.</summary>
    public string Type { get; init; } = "";

    public int Focus { get; init; }

    public string Search { get; init; } = "";

    /// <summary>The function that is cut out; empty: none.</summary>
    public string Function { get; init; } = "";

    /// <summary><c>KEY=VALUE</c>; empty: all samples.</summary>
    public string Label { get; init; } = "";

    public string GroupBy { get; init; } = "";

    public bool Icicle { get; init; }

    /// <summary>Of a difference: each profile weighs the same, instead of each second.</summary>
    public bool ByShare { get; init; }

    /// <summary>The table in the order of cumulative values instead of flat ones.</summary>
    public bool ByCumulative { get; init; }

    public FlameColor Color => Bases.Count > 0 ? FlameColor.Change : GroupBy.Length > 0 ? FlameColor.Branch : FlameColor.Package;

    /// <summary>Reads an address; what it does not understand keeps its default.</summary>
    public static FlameLook From(string? compared, string? type, string? focus, string? search, string? function, string? label, string? group, string? shape, string? norm, string? sort) => new()
    {
        Bases = [.. (compared ?? "").Split(',').Select(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id > 0)],
        Type = type ?? "",
        Focus = int.TryParse(focus, NumberStyles.None, CultureInfo.InvariantCulture, out var node) ? node : 0,
        Search = search ?? "",
        Function = function ?? "",
        Label = label ?? "",
        GroupBy = group ?? "",
        Icicle = shape == "icicle",
        ByShare = norm == "share",
        ByCumulative = sort == "cum",
    };

    /// <summary>The query of the page's address; what has its default is left out.</summary>
    public string ToQuery()
    {
        var parts = new (string Key, string Value)[]
        {
            ("base", string.Join(',', Bases)), ("type", Type),
            ("focus", Focus == 0 ? "" : Focus.ToString(CultureInfo.InvariantCulture)), ("q", Search), ("fn", Function), ("label", Label), ("group", GroupBy),
            ("shape", Icicle ? "icicle" : ""), ("norm", ByShare ? "share" : ""), ("sort", ByCumulative ? "cum" : ""),
        }.Where(part => part.Value.Length > 0).Select(part => $"{part.Key}={Uri.EscapeDataString(part.Value)}").ToList();
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
    }

    public FlameRequest ToRequest(long capture)
    {
        var (key, value) = Label.Split('=', 2) is [var k, var v] ? (k, v) : ("", "");
        return new()
        {
            CaptureId = capture,
            BaseIds = { Bases },
            SampleType = Type,
            Focus = Focus,
            Search = Search,
            Function = Function,
            LabelKey = key,
            LabelValue = value,
            GroupBy = GroupBy,
            ByShare = ByShare,
        };
    }
}
