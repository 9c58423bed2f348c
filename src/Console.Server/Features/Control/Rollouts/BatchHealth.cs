using FleetConsole.Analysis.Fleet;
using FleetConsole.Server.Features.Control.Rules;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Control.Rollouts;

/// <summary>
/// Whether a restarted host is healthy. What the watches last saw may be of the process that is gone: a probe is up to a minute old, and a server that was
/// restarted because it hangs has a bad one.
/// </summary>
internal sealed class BatchHealth(SituationReader situations, PrometheusWatch fleet, GitRpcWatch gitRpc, HostMap map)
{
    /// <summary>The new process's start, Unix seconds; 0 when the agent named none.</summary>
    public static double StartOf(CommandRow restart) => (restart.NewProcessStartedAt?.ToUnixTimeMilliseconds() ?? 0) / 1000.0;

    /// <summary>Why the host is not healthy now, whichever process it runs; empty when it is.</summary>
    public string ProblemNow(string host) => situations.ProblemOf(host);

    /// <summary>Why the host is not healthy, or not known to be; empty when it is.</summary>
    public string ProblemOf(CommandRow restart)
    {
        if (!(fleet.Current.Hosts.GetValueOrDefault(restart.Host)?.ScrapedStart >= StartOf(restart) - Incarnations.StartJitterSeconds))
            return $"was not seen by Prometheus with the process that was started at {restart.NewProcessStartedAt:u}";
        if (map.Find(restart.Host).GitRpc is not null && gitRpc.Find(restart.Host) is { } answers && !(answers.Forking.At > restart.EndedAt))
        {
            gitRpc.AskToFork(restart.Host);
            return "has no answer yet to the call that forks";
        }

        return situations.ProblemOf(restart.Host);
    }
}
