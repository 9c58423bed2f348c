using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Deploys;

/// <summary>One host's processes around its restart.</summary>
/// <param name="Earlier">Earlier processes of the replaced one's version, the newest first.</param>
internal sealed record Generations(string Host, ProcessIncarnation After, ProcessIncarnation Replaced, IReadOnlyList<ProcessIncarnation> Earlier)
{
    public IEnumerable<ProcessIncarnation> Before => Earlier.Prepend(Replaced);

    /// <summary>Null when the ledger no longer has both sides of the restart.</summary>
    /// <param name="processes">The host's, oldest first.</param>
    public static Generations? Of(DeployStep step, IReadOnlyList<ProcessIncarnation> processes, int most)
    {
        var after = processes.FirstOrDefault(p => Is(p, step.StartedAt));
        var replaced = processes.FirstOrDefault(p => Is(p, step.StartedBefore));
        if (after is null || replaced is null)
            return null;
        var earlier = processes.Where(p => p.BeganAt < replaced.BeganAt && p.Version == step.FromVersion).Reverse().Take(most);
        return new(step.Host, after, replaced, [.. earlier]);
    }

    private static bool Is(ProcessIncarnation process, double startedAt) => Math.Abs(process.StartedAt - startedAt) <= Incarnations.StartJitterSeconds;
}

/// <summary>Which stretches of time a deploy's judgement reads.</summary>
internal static class ReadingPlan
{
    /// <summary>Ranges in order, none touching another.</summary>
    /// <param name="least">Age that both sides must reach, seconds: whether the old one did is to be known before the new one does.</param>
    /// <param name="longest">Oldest age compared, seconds.</param>
    public static IReadOnlyList<TimeRange> Of(
        IReadOnlyList<Generations> hosts, bool control, double restartAt, double now, double least, double longest)
    {
        var ranges = new List<TimeRange>();
        foreach (var host in hosts)
        {
            // As far as the new process has come, and no further: nothing older is compared.
            var reached = Math.Clamp(Math.Min(now, host.After.LastSeenAt) - host.After.BeganAt, 0, longest);
            var old = Math.Max(reached, least);
            ranges.Add(new(host.After.BeganAt, host.After.BeganAt + reached));
            ranges.AddRange(host.Before.Select(p => new TimeRange(p.BeganAt, Math.Min(p.LastSeenAt, p.BeganAt + old))));
            ranges.Add(new(Math.Max(host.Replaced.BeganAt, host.After.BeganAt - old), host.After.BeganAt));
            if (control)
                ranges.Add(new(restartAt - reached, restartAt + reached));
        }

        return Merge(ranges.Where(range => range.To > range.From));
    }

    private static List<TimeRange> Merge(IEnumerable<TimeRange> ranges)
    {
        var merged = new List<TimeRange>();
        foreach (var range in ranges.OrderBy(range => range.From))
        {
            if (merged.Count > 0 && range.From <= merged[^1].To)
                merged[^1] = new(merged[^1].From, Math.Max(merged[^1].To, range.To));
            else
                merged.Add(range);
        }

        return merged;
    }
}
