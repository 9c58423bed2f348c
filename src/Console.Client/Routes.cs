using System.Globalization;
using FleetConsole.Client.Features.Captures;
using FleetConsole.Client.Features.Latency;

namespace FleetConsole.Client;

/// <summary>Every address of the console. A page's whole state is in its address.</summary>
public static class Routes
{
    public const string Fleet = "/";
    public const string Host = "/hosts/{Name}";
    public const string Latency = "/latency";
    public const string Findings = "/findings";
    public const string Finding = "/findings/{Id:long}";
    public const string DriftSeries = "/findings/series";
    public const string Audit = "/audit";
    public const string AuditExport = "/audit/export";
    public const string Commands = "/commands";
    public const string Deploys = "/deploys";
    public const string Deploy = "/deploys/{Id:long}";
    public const string Captures = "/captures";
    public const string Capture = "/captures/{Id:long}";
    public const string CaptureRules = "/captures/rules";
    public const string CaptureUpload = "/captures/upload";
    public const string SignIn = "/account/sign-in";
    public const string Security = "/account/security";
    public const string SignOut = "/account/sign-out";

    public static string HostOf(string host) => $"/hosts/{Uri.EscapeDataString(host)}";

    public static string LatencyOf(LatencyView view) => Latency + view.ToQuery();

    public static string FindingOf(long id) => $"/findings/{id}";

    /// <summary>Verdicts of all series of a host, or of a method, by the look in bins of a width.</summary>
    public static string DriftSeriesOf(double binSeconds, string host = "", string method = "") => string.Create(CultureInfo.InvariantCulture,
        $"{DriftSeries}?bins={binSeconds}&{(host.Length > 0 ? $"host={Uri.EscapeDataString(host)}" : $"method={Uri.EscapeDataString(method)}")}");

    /// <summary>The list of deploys.</summary>
    /// <param name="withRestarts">Also waves that changed no version.</param>
    /// <param name="before">Only older ones than this; 0: from the newest.</param>
    public static string DeploysOf(bool withRestarts, long before = 0)
    {
        var parts = new[] { withRestarts ? "restarts=yes" : "", before > 0 ? $"before={before}" : "" }.Where(part => part.Length > 0).ToList();
        return parts.Count == 0 ? Deploys : $"{Deploys}?{string.Join('&', parts)}";
    }

    /// <summary>One deploy, with the chart and the numbers of a method; empty: the one its sentence is of.</summary>
    public static string DeployOf(long id, string method = "") =>
        method.Length == 0 ? $"/deploys/{id}" : $"/deploys/{id}?method={Uri.EscapeDataString(method)}";

    /// <summary>A capture, looked at in some way.</summary>
    public static string CaptureOf(long id, FlameLook? look = null) => $"/captures/{id}{look?.ToQuery()}";

    /// <summary>Captures of a host, those nearest to an age first; without an age the latest first.</summary>
    public static string CapturesOf(string host, TimeSpan? age = null) => $"{Captures}?host={Uri.EscapeDataString(host)}"
        + (age is { } wanted ? string.Create(CultureInfo.InvariantCulture, $"&age={wanted.TotalSeconds:0}") : "");

    /// <summary>Captures of a host, or of all, those first that one would delete first.</summary>
    public static string CapturesToClear(string host) => $"{Captures}?host={Uri.EscapeDataString(host)}&order=oldest";

    /// <summary>What a command took.</summary>
    public static string CapturesBy(string command) => $"{Captures}?command={Uri.EscapeDataString(command)}";

    public static string CaptureFile(long id) => $"/captures/{id}/file";

    /// <summary>A profile as pprof, whatever it was taken with.</summary>
    public static string CapturePprof(long id) => $"/captures/{id}/pprof";

    /// <summary>The sign-in page, coming back to <paramref name="path"/> afterwards.</summary>
    public static string SignInFor(string path) => $"{SignIn}?returnUrl={Uri.EscapeDataString(path)}";
}
