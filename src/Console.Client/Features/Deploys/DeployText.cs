using System.Globalization;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Features.Deploys;

/// <summary>Deploys as people read them.</summary>
internal static class DeployText
{
    public static string Kind(WaveKind kind) => kind switch
    {
        WaveKind.Deploy => "deploy",
        WaveKind.Rollback => "rollback",
        _ => "restart",
    };

    public static string Shape(Deploy deploy)
    {
        var taken = deploy.Steps.Select(step => step.Host).Distinct().Count();
        var hosts = $"{taken} of {taken + deploy.Waiting.Count} hosts";
        return deploy.Shape switch
        {
            WaveShape.Full => $"all {taken} hosts",
            WaveShape.Staged => $"all {taken} hosts, in stages",
            WaveShape.Canary => $"canary, {hosts}",
            WaveShape.Aborted => $"aborted after {hosts}",
            _ => hosts,
        };
    }

    public static string Versions(Deploy deploy) => deploy.Kind == WaveKind.Restart
        ? deploy.ToVersion
        : $"{string.Join(", ", deploy.FromVersions)} → {deploy.ToVersion}";

    /// <summary>"-12 % (-15 to -9 %)"; a dash without data.</summary>
    public static string Change(RatioInterval? ratio) => ratio is null
        ? Components.Figures.None
        : $"{Percent(ratio.Ratio)} % ({Percent(ratio.Low)} to {Percent(ratio.High)} %)";

    /// <summary>The method's own name, without its service.</summary>
    public static string Short(string method) => method[(method.LastIndexOf('/') + 1)..];

    public static string Quantile(double quantile) => string.Create(CultureInfo.InvariantCulture, $"p{quantile * 100:0.##}");

    /// <summary>Seconds of age in the unit that people would use.</summary>
    public static string Age(double seconds) => seconds switch
    {
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0.#} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.0} h"),
    };

    private static string Percent(double ratio)
    {
        var percent = Math.Round((ratio - 1) * 100);
        return string.Create(CultureInfo.InvariantCulture, $"{(percent > 0 ? "+" : "")}{percent:0}");
    }
}
