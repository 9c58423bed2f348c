using FleetConsole.Analysis.Fleet;

namespace FleetConsole.Analysis.Drift;

/// <summary>All verdicts of one fleet at one look.</summary>
/// <param name="Now">Unix seconds of the look.</param>
/// <param name="Series">One for each series given, in their order.</param>
/// <param name="Hosts">One for each host, by name: all its methods together.</param>
/// <param name="Methods">One for each method, by name: all its hosts together.</param>
/// <param name="Fleet">All together.</param>
/// <param name="Steps">Latency steps at deploys, the largest first.</param>
public sealed record FleetDriftReport(
    double Now,
    IReadOnlyList<SeriesVerdict> Series,
    IReadOnlyList<GroupVerdict> Hosts,
    IReadOnlyList<GroupVerdict> Methods,
    GroupVerdict Fleet,
    IReadOnlyList<DeployStep> Steps);

/// <summary>One series' verdict.</summary>
/// <param name="Host">The host.</param>
/// <param name="Method">The method.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Step">The largest certain step of its latency between versions at equal age.</param>
public sealed record SeriesVerdict(HostId Host, string Method, DriftVerdict Verdict, DeployStep? Step)
{
    /// <summary>p99 over that of the other hosts at equal age, where it lies outside their band; null within it, or with fewer than three others.</summary>
    public Estimate? OutsideBand { get; init; }
}

/// <summary>A group's verdict.</summary>
/// <param name="Name">The host's or method's name; empty for the fleet.</param>
/// <param name="Verdict">Of the pooled effect; its finding is that of the strongest member, with the pooled ratio.</param>
/// <param name="Members">How many series could be judged.</param>
/// <param name="Drifting">How many of them drift.</param>
/// <param name="Suspected">How many are suspected.</param>
public sealed record GroupVerdict(string Name, DriftVerdict Verdict, int Members, int Drifting, int Suspected);

/// <summary>Latency that differs between the versions before and after a deploy, at equal age.</summary>
/// <param name="Method">The method.</param>
/// <param name="FromVersion">Version before.</param>
/// <param name="ToVersion">Version after.</param>
/// <param name="At">Unix seconds at which the first host got the new version; for one series, at which its host did.</param>
/// <param name="Ratio">Latency after over latency before: above 1 is a step up.</param>
/// <param name="Score">Normal score, of either sign.</param>
/// <param name="Hosts">How many hosts it was measured on.</param>
public sealed record DeployStep(string Method, string FromVersion, string ToVersion, double At, Estimate Ratio, double Score, int Hosts);
