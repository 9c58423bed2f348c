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
    public const string Audit = "/audit";
    public const string SignIn = "/account/sign-in";
    public const string SignOut = "/account/sign-out";

    public static string HostOf(string host) => $"/hosts/{Uri.EscapeDataString(host)}";

    public static string LatencyOf(LatencyView view) => Latency + view.ToQuery();

    public static string FindingOf(long id) => $"/findings/{id}";

    public static string CaptureFile(long id) => $"/captures/{id}/file";

    /// <summary>The sign-in page, coming back to <paramref name="path"/> afterwards.</summary>
    public static string SignInFor(string path) => $"{SignIn}?returnUrl={Uri.EscapeDataString(path)}";
}
