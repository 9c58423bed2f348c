using System.ComponentModel.DataAnnotations;

namespace FleetConsole.Server.Sources.Prometheus;

/// <summary>Where Prometheus (or Thanos, Mimir, VictoriaMetrics: the same API) answers, and how long we wait.</summary>
internal sealed class PrometheusOptions
{
    public const string Section = "Prometheus";

    /// <summary>Base address; the API is expected below it at <c>api/v1</c>.</summary>
    [Required]
    public required Uri Url { get; set; }

    /// <summary>Deadline of one query.</summary>
    [Range(1, 120)]
    public int TimeoutSeconds { get; set; } = 15;

    /// <summary>Largest answer that is read, in MiB; a larger one is an error, not an out-of-memory.</summary>
    [Range(1, 1024)]
    public int MaxResponseMegabytes { get; set; } = 64;

    /// <summary>How often the fleet is polled.</summary>
    [Range(1, 300)]
    public int PollSeconds { get; set; } = 15;

    /// <summary>Window of the rates on the fleet page; at least four scrape intervals.</summary>
    [Range(5, 3600)]
    public int RateWindowSeconds { get; set; } = 60;
}
