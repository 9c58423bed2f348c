using System.Globalization;
using System.Text;

namespace FleetConsole.Server.Sources.Metrics;

/// <summary>Builds the queries. Whatever comes from outside goes through <see cref="Quote"/> or <see cref="OneOf"/>.</summary>
internal sealed class PromQl(MetricNames names)
{
    /// <summary>One sample a host.</summary>
    public string Up() => $"max by ({names.HostLabel}) (up{Braces()})";

    /// <summary>The last process start of every host seen within the window, even of those that are gone now.</summary>
    public string LastStartWithin(TimeSpan window) =>
        $"max by ({names.HostLabel}) (last_over_time({names.ProcessStart}{Braces()}[{Duration(window)}]) {Plausible})";

    // A start of 0 is what a collector reports that cannot read it; one far in the future is no time at all.
    private const string Plausible = "> 0 < 7258118400";

    public string ProcessStart(IReadOnlyCollection<string>? hosts = null) =>
        $"max by ({names.HostLabel}) ({names.ProcessStart}{Braces(Hosts(hosts))} {Plausible})";

    public string Gauge(string metric) => $"max by ({names.HostLabel}) ({metric}{Braces()})";

    public string Rate(string counter, TimeSpan window) =>
        $"sum by ({names.HostLabel}) (rate({counter}{Braces()}[{Duration(window)}]))";

    /// <summary>
    /// When each version was last reported (Unix seconds). A version that is gone without a staleness marker is still
    /// found for five minutes; its time tells it from the one that runs.
    /// </summary>
    public string VersionSeen(IReadOnlyCollection<string>? hosts = null) =>
        $"max by ({names.HostLabel}, {names.VersionLabel}) (timestamp({names.BuildInfo}{Braces(Hosts(hosts))}))";

    /// <summary>By what processes and their versions are known.</summary>
    public IEnumerable<string> Processes() => names.BuildInfo.Length == 0 ? [ProcessStart()] : [ProcessStart(), VersionSeen()];

    /// <summary>Requests per second, health checks left out.</summary>
    public string RequestRate(TimeSpan window) =>
        $"sum by ({names.HostLabel}) (rate({names.HandledTotal}{Braces(Pooled())}[{Duration(window)}]))";

    /// <summary>Methods that answered anything within the window.</summary>
    public string MethodsWithTraffic(TimeSpan window) =>
        $"sum by ({names.ServiceLabel}, {names.MethodLabel}) (increase({names.LatencyHistogram}_count{Braces(Pooled())}[{Duration(window)}])) > 0";

    /// <summary>
    /// A latency quantile: buckets are summed first and the quantile is taken of the sum, since a quantile of
    /// quantiles is none.
    /// </summary>
    /// <param name="methods">"service/method"; empty pools all but the excluded services.</param>
    public string LatencyQuantile(
        double quantile, TimeSpan window, IReadOnlyCollection<string>? hosts = null, IReadOnlyCollection<string>? methods = null)
    {
        var pooled = methods is null || methods.Count == 0;
        var by = pooled ? $"{names.HostLabel}, le" : $"{names.HostLabel}, {names.ServiceLabel}, {names.MethodLabel}, le";
        var which = pooled ? Pooled() : Methods(methods!);
        return string.Create(CultureInfo.InvariantCulture,
            $"histogram_quantile({quantile:0.####}, sum by ({by}) (rate({names.LatencyHistogram}_bucket{Braces(Hosts(hosts), which)}[{Duration(window)}])))");
    }

    /// <summary>Utilisation of the fork lock: seconds spent forking per second, i.e. spawns/s x mean fork time.</summary>
    public string ForkUtilisation(TimeSpan window) =>
        $"sum by ({names.HostLabel}) (rate({names.ForkingHistogram}_sum{Braces()}[{Duration(window)}]))";

    /// <summary>Cores used by the whole service, children included; the per-CPU series are summed.</summary>
    public string ServiceCpu(TimeSpan window) =>
        $"sum by ({names.ServiceHostLabel}) (rate({names.ServiceCpu}{{{Service()}}}[{Duration(window)}]))";

    /// <summary>How much a gauge grows, an hour.</summary>
    public string SlopePerHour(string gauge, TimeSpan window) => $"3600 * max by ({names.HostLabel}) (deriv({gauge}{Braces()}[{Duration(window)}]))";

    /// <summary>Only what belongs to processes that are at least so old.</summary>
    public string OlderThan(string expression, TimeSpan age) => string.Create(CultureInfo.InvariantCulture,
        $"({expression}) and on ({names.HostLabel}) (time() - {ProcessStart()} >= {age.TotalSeconds:0})");

    /// <summary>One of the console's own gauges, the largest of each host, under the fleet's label; empty where Prometheus does not scrape the console.</summary>
    /// <param name="label">The label that names the host there.</param>
    public string Own(string gauge, string label) => Renamed($"max by ({label}) ({gauge})", label);

    /// <summary>The part of the window in which a source of this kind did not answer the console, 0 to 1.</summary>
    public string OwnSilence(string kind, TimeSpan window) =>
        Renamed($"max by (name) (1 - avg_over_time(fleetconsole_source_up{{kind={Quote(kind)}}}[{Duration(window)}]))", "name");

    private string Renamed(string expression, string label) => label == names.HostLabel
        ? expression
        : $"label_replace({expression}, {Quote(names.HostLabel)}, \"$1\", {Quote(label)}, \"(.*)\")";

    /// <summary>Spawns per second: the fork histogram's count.</summary>
    public string SpawnRate(TimeSpan window) =>
        $"sum by ({names.HostLabel}) (rate({names.ForkingHistogram}_count{Braces()}[{Duration(window)}]))";

    /// <summary>Mean seconds of one fork; no sample while nothing was forked.</summary>
    public string MeanForkSeconds(TimeSpan window) => $"{ForkUtilisation(window)} / ({SpawnRate(window)} > 0)";

    /// <summary>
    /// An estimate where no fork histogram is: a fork takes 0.8 ms and 31 ms more for each GiB whose page tables it
    /// copies (measured on the reference server), and the resident memory is what surely has page tables.
    /// </summary>
    public string EstimatedForkSeconds() => string.Create(CultureInfo.InvariantCulture,
        $"{ForkBaseSeconds} + {ForkSecondsPerGibibyte} / 1073741824 * {Gauge(names.ResidentMemory)}");

    private const double ForkBaseSeconds = 0.0008;
    private const double ForkSecondsPerGibibyte = 0.031;

    /// <summary>Calls since the process started, health checks left out.</summary>
    public string Calls(string counter) => $"sum by ({names.HostLabel}) ({counter}{Braces(Pooled())})";

    /// <summary>
    /// Increases of the latency buckets over each window, of host and method, where anything was called: every method
    /// exists from the start, filled with zeros, and 149 of them by 12 buckets would be sent for nothing.
    /// </summary>
    /// <param name="except">Hosts that are not asked for.</param>
    public string BucketIncreases(TimeSpan window, IReadOnlyCollection<string>? except = null)
    {
        var by = $"{names.HostLabel}, {names.ServiceLabel}, {names.MethodLabel}";
        var rest = except is null || except.Count == 0 ? "" : $"{names.HostLabel}!~{OneOf(except)}";
        var range = $"{Braces(rest, Pooled())}[{Duration(window)}]";
        return $"sum by ({by}, le) (increase({names.LatencyHistogram}_bucket{range})) and on ({by}) (sum by ({by}) (increase({names.LatencyHistogram}_count{range})) > 0)";
    }

    /// <summary>How many bucket series there are, idle ones included: what one step of a whole-fleet query costs.</summary>
    public string BucketSeries() => $"count({names.LatencyHistogram}_bucket{Braces(Pooled())})";

    /// <summary>What the supplied recording rules keep of <see cref="BucketIncreases"/>, as it was recorded.</summary>
    public string RecordedBucketIncreases(TimeSpan back) => $"{RecordedBuckets}{Braces(Pooled())}[{Duration(back)}]";

    /// <summary>Name of the recording rule in deploy/prometheus; it keeps increases over ten minutes.</summary>
    public const string RecordedBuckets = "fleetconsole:latency_bucket:increase10m";

    /// <summary>
    /// Cores used by the git children: the whole service's less the process's own. A difference below zero says that the
    /// service's figures do not cover the process, and is left out.
    /// </summary>
    public string ChildrenCpu(TimeSpan window)
    {
        var service = names.ServiceHostLabel == names.HostLabel
            ? ServiceCpu(window)
            : $"label_replace({ServiceCpu(window)}, {Quote(names.HostLabel)}, \"$1\", {Quote(names.ServiceHostLabel)}, \"(.*)\")";
        return $"(sum by ({names.HostLabel}) ({service}) - {Rate(names.ProcessCpu, window)}) > 0";
    }

    /// <summary>Samples of the start time in the window: what scrape interval Prometheus had then.</summary>
    public string SamplesWithin(TimeSpan window) => $"max(count_over_time({names.ProcessStart}{Braces()}[{Duration(window)}]))";

    // Ids that embed a pid change with every restart: a * stands for what changes.
    private string Service() => names.ServiceId.Contains('*', StringComparison.Ordinal)
        ? $"id=~{Quote(string.Join(".*", names.ServiceId.Split('*').Select(EscapeRe2)))}"
        : $"id={Quote(names.ServiceId)}";

    private string Hosts(IReadOnlyCollection<string>? hosts) =>
        hosts is null || hosts.Count == 0 ? "" : $"{names.HostLabel}=~{OneOf(hosts)}";

    private string Pooled() => names.PooledExcept.Length == 0 ? "" : $"{names.ServiceLabel}!={Quote(names.PooledExcept)}";

    private string Methods(IReadOnlyCollection<string> methods)
    {
        var pairs = methods.Select(m => m.Split('/', 2)).ToList();
        return $"{names.ServiceLabel}=~{OneOf(pairs.Select(p => p[0]))},{names.MethodLabel}=~{OneOf(pairs.Select(p => p[^1]))}";
    }

    private string Braces(params string[] more) =>
        "{" + string.Join(',', more.Prepend(names.Selector).Where(part => part.Length > 0)) + "}";

    private static string Duration(TimeSpan window) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)Math.Ceiling(window.TotalSeconds)}s");

    /// <summary>A PromQL string literal.</summary>
    public static string Quote(string value) =>
        "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    /// <summary>A PromQL string literal with an RE2 expression that matches just these values.</summary>
    public static string OneOf(IEnumerable<string> values) =>
        Quote(string.Join('|', values.Distinct(StringComparer.Ordinal).Select(EscapeRe2)));

    private static string EscapeRe2(string value)
    {
        var escaped = new StringBuilder(value.Length + 8);
        foreach (var c in value)
        {
            if ("\\.+*?()|[]{}^$".Contains(c, StringComparison.Ordinal))
                escaped.Append('\\');
            escaped.Append(c);
        }

        return escaped.ToString();
    }
}
