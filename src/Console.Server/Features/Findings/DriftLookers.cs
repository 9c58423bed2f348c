using FleetConsole.Server.Sources.Metrics;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Features.Findings;

/// <summary>Makes a looker for each width of bins that is configured, each with a cache of its own.</summary>
internal sealed class DriftLookers(
    BucketReader buckets, HostMetricReader metrics, IncarnationReader incarnations, PromQl promQl, IOptions<DriftScanOptions> options)
{
    public IReadOnlyList<DriftLooker> Make() => [.. options.Value.InUse.Select(Of)];

    public DriftLooker Of(DriftScaleOptions scale)
    {
        var drift = options.Value.Of(scale);
        return new(new FleetBins(buckets, metrics, incarnations, scale, drift.Bins), drift, scale, metrics, promQl);
    }
}
