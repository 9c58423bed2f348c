using FleetConsole.Analysis.Fleet;

namespace FleetConsole.Analysis.Deploys;

/// <summary>One host of a deploy: one method, one quantile.</summary>
/// <param name="Host">The host.</param>
/// <param name="After">The new version's process.</param>
/// <param name="Replaced">The process it replaced.</param>
/// <param name="Earlier">Earlier processes of the old version on this host: how much processes differ by themselves.</param>
public sealed record RestartedHost(HostId Host, AgeSeries After, AgeSeries Replaced, IReadOnlyList<AgeSeries> Earlier)
{
    /// <summary>All processes of the old version.</summary>
    public IEnumerable<AgeSeries> Before => Earlier.Prepend(Replaced);
}

/// <summary>The verdicts on one method and quantile.</summary>
/// <param name="Together">On the hosts of the deploy together.</param>
/// <param name="Hosts">On each, in the order in which they were given.</param>
public sealed record MethodVerdicts(DeployVerdict Together, IReadOnlyList<(HostId Host, DeployVerdict Verdict)> Hosts);
