using FleetConsole.Analysis.Fleet;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Features.Deploys;

/// <summary>Processes without a version: a deploy to them is a restart that changed nothing, as far as anybody can see.</summary>
internal sealed class UnknownVersions(PromQl promQl, MetricNames names, TimeProvider time)
{
    // As long as a host that is down for a deploy may be away.
    private static readonly TimeSpan Recently = TimeSpan.FromHours(1);
    private const int MostNamed = 3;

    /// <summary>Which hosts' versions are not known, and what to compare; empty where all are.</summary>
    public async Task<string> SayAsync(ConsoleDb db, CancellationToken cancellationToken)
    {
        var since = (time.GetUtcNow() - Recently).ToUnixTimeSeconds();
        var rows = await db.Incarnations.AsNoTracking().Where(p => p.LastSeenAt >= since)
            .Select(p => new { p.Host, p.StartedAt, p.Version }).ToListAsync(cancellationToken);
        var newest = rows.GroupBy(p => p.Host, StringComparer.Ordinal).Select(host => host.MaxBy(p => p.StartedAt)!).ToList();
        var without = newest.Where(p => p.Version is "" or ProcessIncarnation.UnknownVersion).Select(p => p.Host).Order(StringComparer.Ordinal).ToList();
        if (without.Count == 0)
            return "";
        return names.BuildInfo.Length == 0
            ? "Changes of version go unseen, restarts do not: this fleet is configured without a metric that tells the version. Set Metrics:BuildInfo and Metrics:VersionLabel to have deploys judged."
            : $"Changes of version go unseen on {Named(without, newest.Count)}: {promQl.VersionSeen()} tells no version of them. Compare Metrics:BuildInfo and Metrics:VersionLabel with what the servers export.";
    }

    private static string Named(List<string> hosts, int all)
    {
        if (hosts.Count == all)
            return "every host";
        return hosts.Count <= MostNamed ? string.Join(", ", hosts) : $"{hosts.Count} of {all} hosts, {hosts[0]} among them";
    }
}
