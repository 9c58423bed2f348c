using System.ComponentModel.DataAnnotations;

namespace FleetConsole.Server.Sources.Metrics;

/// <summary>
/// The names under which a fleet exports what the console reads. The code knows roles; a preset fills the names, and
/// each can be set on its own. A name that is empty means "this fleet has no such metric", where the console can do without.
/// </summary>
internal sealed class MetricOptions
{
    public const string Section = "Metrics";

    /// <summary><c>gitaly</c>, or <c>go-grpc</c> for any Go server with go-grpc-prometheus's names.</summary>
    [RegularExpression("gitaly|go-grpc", ErrorMessage = "Metrics:Preset must be gitaly or go-grpc.")]
    public string Preset { get; set; } = "gitaly";

    /// <summary>Series selector of the fleet's servers, without braces.</summary>
    [Required(AllowEmptyStrings = true)]
    public string Selector { get; set; } = "job=\"gitaly\"";

    /// <summary>The label whose value names a host.</summary>
    [Required, RegularExpression("[a-zA-Z_][a-zA-Z0-9_]*")]
    public string HostLabel { get; set; } = "instance";

    [Needed]
    public string? LatencyHistogram { get; set; }

    [Needed]
    public string? HandledTotal { get; set; }

    /// <summary>Calls taken up; with <see cref="HandledTotal"/> it tells how many are in flight.</summary>
    [Needed]
    public string? StartedTotal { get; set; }

    [Needed]
    public string? ServiceLabel { get; set; }

    [Needed]
    public string? MethodLabel { get; set; }

    /// <summary>Services that are left out when methods are pooled: their calls say nothing about Git.</summary>
    public string? PooledExcept { get; set; }

    public string? BuildInfo { get; set; }

    [Needed]
    public string? VersionLabel { get; set; }

    /// <summary>This and the next three come from Prometheus's own process collector, under one name in every language.</summary>
    [Needed]
    public string? ProcessStart { get; set; }

    [Needed]
    public string? ProcessCpu { get; set; }

    [Needed]
    public string? VirtualMemory { get; set; }

    [Needed]
    public string? ResidentMemory { get; set; }

    /// <summary>This and the next three come from the Go and process collectors; they are looked at beside latency.</summary>
    public string? Goroutines { get; set; }

    public string? Threads { get; set; }

    public string? OpenFds { get; set; }

    public string? GcDuration { get; set; }

    public string? ForkingHistogram { get; set; }

    /// <summary>Spawns that wait for their turn.</summary>
    public string? SpawnQueue { get; set; }

    /// <summary>CPU of the whole service, children included (cAdvisor, or the agent).</summary>
    public string? ServiceCpu { get; set; }

    /// <summary>The label by which the service's series find their host.</summary>
    [Required, RegularExpression("[a-zA-Z_][a-zA-Z0-9_]*")]
    public string ServiceHostLabel { get; set; } = "instance";

    /// <summary>The <c>id</c> label of the whole service: its cgroup's path.</summary>
    [Required]
    public string ServiceId { get; set; } = "/system.slice/gitaly.service";
}

/// <summary>A name without which a query would select every series there is, or be none.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NeededAttribute : ValidationAttribute
{
    public override bool IsValid(object? value) => value is not "";

    public override string FormatErrorMessage(string name) =>
        $"Metrics:{name} must not be empty: the console cannot do without it. Leave the setting out for the preset's name.";
}
