using System.Globalization;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Control;

/// <summary>What a plan says, one sentence for each thing that would be done.</summary>
internal static class PlanWords
{
    private const string NewProcess = "It counts as done when a new process is seen, says SERVING and is scraped.";

    /// <param name="silences">Whether there is an Alertmanager.</param>
    public static IEnumerable<string> Of(Order order, bool silences)
    {
        if (order.Replaces)
            yield return silences ? $"The alerts of {order.Host} are silenced in Alertmanager meanwhile." : "No alert is silenced: Alertmanager:Url is not set.";
        foreach (var sentence in Acts(order))
            yield return sentence;
    }

    /// <param name="size">Hosts in a batch.</param>
    /// <param name="atOnce">How many restarts there may be at once.</param>
    /// <param name="leastAge">The age of new processes before which their latency cannot be compared.</param>
    public static IEnumerable<string> OfBatches(PlanRequest request, int size, string atOnce, TimeSpan leastAge)
    {
        var hosts = request.Hosts.Count;
        yield return string.Create(CultureInfo.InvariantCulture, $"{hosts} {(hosts == 1 ? "host" : "hosts")} in {(hosts + size - 1) / size} {(hosts <= size ? "batch" : "batches")} of at most {size}.");
        yield return $"{atOnce}: the hosts of a batch wait for their turn, and for restarts that somebody else asked for.";
        yield return "It stops at the first host that fails, is refused, or is not healthy within three minutes.";
        yield return string.Create(CultureInfo.InvariantCulture,
            $"After each batch it waits {request.PauseSeconds} s, then compares the latency with that of the replaced processes at equal age, and stops when it is worse.");
        if (request.PauseSeconds < leastAge.TotalSeconds)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"That pause is too short to compare anything: it takes processes of at least {leastAge.TotalSeconds:0} s (Deploys:BinSeconds and LeastBins). A batch that is slower than before will not stop it.");
        }

        if (request.Ask)
            yield return "After each batch it asks whether to go on.";
    }

    private static IEnumerable<string> Acts(Order order) => order.Action switch
    {
        CommandActions.Restart =>
        [
            order.SkipsEvidence
                ? "No evidence is taken from the running process."
                : "Evidence is taken from the running process, 30 s at most: figures, goroutines and a CPU profile, or kernel stacks and perf when it does not answer.",
            $"The agent of {order.Host} stops the server and starts it again.",
            NewProcess,
        ],
        CommandActions.Reload =>
        [
            $"The agent of {order.Host} sends SIGHUP; a server that upgrades gracefully starts a new process and lets the old one drain.",
            "It counts as done when the agent says that the process reloaded in place, or when a new process is seen, says SERVING and is scraped.",
        ],
        CommandActions.Abort =>
        [
            $"The agent of {order.Host} sends SIGABRT: the process writes all its goroutines to its log and ends.",
            "The dump is collected from the log; the supervisor starts the next process, or the agent if it does not.",
            NewProcess,
        ],
        CommandActions.Dump => [$"The agent of {order.Host} takes the dump; the server goes on."],
        _ => [$"The agent of {order.Host} takes a CPU profile; the server goes on."],
    };
}
