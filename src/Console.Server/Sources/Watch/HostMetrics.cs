namespace FleetConsole.Server.Sources.Watch;

/// <summary>One host as Prometheus last showed it. A figure without data is null.</summary>
internal sealed record HostMetrics(string Host)
{
    public bool Scraped { get; init; }

    /// <summary>Unix seconds.</summary>
    public double? StartedAt { get; init; }

    public string Version { get; init; } = "";

    public double? P99Seconds { get; init; }

    public double? RequestsPerSecond { get; init; }

    public double? ProcessCpuCores { get; init; }

    public double? ServiceCpuCores { get; init; }

    public double? VirtualMemoryBytes { get; init; }

    public double? ResidentMemoryBytes { get; init; }

    public double? ForkUtilisation { get; init; }

    /// <summary>Calls the process has taken up, and finished, since it started.</summary>
    public double? CallsStarted { get; init; }

    public double? CallsHandled { get; init; }

    /// <summary>The scraped process's start in this very look; <see cref="StartedAt"/> may be an older word.</summary>
    public double? ScrapedStart { get; init; }
}

/// <summary>The fleet as Prometheus last showed it.</summary>
/// <param name="AsOf">When Prometheus answered; null before it ever did.</param>
/// <param name="Hosts">By name.</param>
/// <param name="Methods">"service/method" with traffic, sorted.</param>
internal sealed record FleetSnapshot(DateTimeOffset? AsOf, IReadOnlyDictionary<string, HostMetrics> Hosts, IReadOnlyList<string> Methods)
{
    public static FleetSnapshot Empty { get; } = new(null, new Dictionary<string, HostMetrics>(), []);
}
